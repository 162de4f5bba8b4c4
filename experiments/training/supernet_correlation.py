"""Do shared weights tell the truth? Scores by a supernet, beside the same architectures trained by themselves.

    python -m experiments.training.supernet_correlation                   # on a CPU, see docs/experiments.md
    python -m experiments.training.supernet_correlation --scale paper     # on a GPU
    python -m experiments.training.supernet_correlation --smoke           # seconds

24 random architectures of EMT-NAS on Fashion-MNIST: Kendall's tau and Spearman's correlation of supernet scores with
the validation accuracy of separate training, one supernet and one training of each architecture per seed. 40 random
cells of NAS-Bench-201, those of `training_truth`, on images of CIFAR-10 that went through lossy JPEG
(``cifar10_jpeg_10k``): correlation of supernet scores with the table's accuracy after 12 and 200 epochs. The smoke run
takes scikit-learn's digits for both. Beside them, parameters and FLOPs, which cost nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from experiments.machinery import harness, publishing, trainings
from experiments.machinery.agreement import RESAMPLES, bootstrapped, interval, signs, spearman, tau
from experiments.machinery.cells import TRIVIAL, TRUTHS, listed
from experiments.machinery.publishing import Work
from experiments.machinery.trainings import Spent
from experiments.training.supernet_scores import (
    EMT,
    NB201,
    SCALES,
    SPACES,
    Answers,
    answer,
    architectures,
    dataset,
    units,
)
from ktnas.report.figures.comparison import Cloud, clouds
from ktnas.report.markdown import Value, markdown_table
from ktnas.training.engine.seeding import seeded
from ktnas.training.networks.building import build
from ktnas.training.networks.costs import count
from ktnas.typing import FloatArray, Genotype, IntArray


@dataclass(frozen=True, slots=True)
class Section:
    """A part of what is published: its text, rows of the CSV file, and drawings."""

    text: str
    rows: list[dict[str, Value]]
    clouds: tuple[Cloud, ...]


def compared(
    case: str, predictors: Mapping[str, FloatArray], truths: Mapping[str, FloatArray], resamples: int
) -> tuple[list[list[str]], list[dict[str, Value]]]:
    """Lines of the table, and rows of the CSV file."""
    lines, rows = [], []
    for name, scores in predictors.items():
        line = [name]
        for key, truth in truths.items():
            for statistic, found in correlations(scores, truth, resamples).items():
                line.append(interval(found))
                row: dict[str, Value] = {"space": case, "predictor": name, "truth": key, "statistic": statistic}
                rows.append(row | dict(zip(("value", "low", "high"), found, strict=True)))
        lines.append(line)
    return lines, rows


def correlations(
    scores: FloatArray, truth: FloatArray, resamples: int = RESAMPLES
) -> dict[str, tuple[float, float, float]]:
    """Kendall's tau and Spearman's correlation, with the ends of their 95 % bootstrap intervals over architectures."""
    s, t = signs(scores), signs(truth)

    def kendall(rows: IntArray) -> float:
        return tau(s[..., rows[:, None], rows], t[rows[:, None], rows])

    def rank(rows: IntArray) -> float:
        return spearman(scores[..., rows], truth[rows])

    return {
        "tau": bootstrapped(kendall, len(truth), resamples),
        "Spearman": bootstrapped(rank, len(truth), resamples),
    }


def sizes(case: str, scale: str, asked: Sequence[Genotype]) -> dict[str, FloatArray]:
    """Parameters and FLOPs of networks."""
    data, how = dataset(case, scale), SCALES[scale][case]
    shape = how.alone.resized(data.shape)
    made = [seeded(partial(build, SPACES[case], one, data.objective, shape, how.size), 0) for one in asked]
    costs = [count(network, shape) for network in made]
    return {
        "parameters": np.array([float(cost.parameters) for cost in costs]),
        "FLOPs": np.array([float(cost.flops) for cost in costs]),
    }


def of_supernets(found: Sequence[Answers]) -> dict[str, FloatArray]:
    """Predictors that supernets give."""
    scores = np.concatenate([one.fitness for one in found])
    return {"one supernet": scores, f"mean of {len(scores)} supernets": scores.mean(axis=0)}


def times(found: Sequence[Answers]) -> tuple[float, float]:
    """Seconds of a supernet's training, and of a score; the first score of each has paid for the training."""
    costs = np.concatenate([one.cost_s for one in found])
    score_s = float(costs[:, 1:].mean())
    return float(costs[:, 0].mean()) - score_s, score_s


def emt_nas(scale: str, asked: Sequence[Genotype], shared: Sequence[Answers], alone: Sequence[Answers]) -> Section:
    """Supernet scores beside separate training."""
    how, accuracies = SCALES[scale][EMT], np.concatenate([one.fitness for one in alone], axis=1)
    predictors, truth = {**of_supernets(shared), **sizes(EMT, scale, asked)}, accuracies.mean(axis=0)
    lines, rows = compared(EMT, predictors, {"alone": truth}, how.resamples)
    again = interval(correlations(accuracies[:1], accuracies[1], how.resamples)["tau"])
    (train_s, score_s), alone_s = times(shared), float(np.mean([one.cost_s.mean() for one in alone]))
    worth = "never cheaper"
    if alone_s > score_s:
        worth = f"cheaper from {np.ceil(train_s / (alone_s - score_s)):.0f} architectures on"
    text = f"""\
### EMT-NAS: supernet scores and separate training

{len(asked)} random architectures, `{how.images}`: {how.text}. Trained alone: {how.alone.epochs} epochs,
{len(accuracies)} trainings each, of which the mean counts; two of them, with different seeds, agree by a tau of
{again}. A supernet takes {train_s:.0f} s, a score {score_s:.2f} s, a training alone {alone_s:.1f} s: shared weights are
{worth}.
Correlation [95 % bootstrap interval over architectures].
"""
    cloud = Cloud("EMT-NAS", predictors["one supernet"][0], truth, "one supernet (%)", "trained alone (%)")
    return Section(f"{text}\n{markdown_table(['predictor', 'tau', 'Spearman'], lines)}", rows, (cloud,))


def nasbench201(scale: str, table: Mapping[str, FloatArray], shared: Sequence[Answers]) -> Section:
    """Supernet scores beside what the table says of the cells, by column."""
    how, (train_s, score_s) = SCALES[scale][NB201], times(shared)
    trivial = {name: table[column] for name, column in TRIVIAL.items()}
    predictors = {**of_supernets(shared), **trivial, "the table after 12 epochs": table[TRUTHS[0]]}
    truths = {truth: table[truth] for truth in TRUTHS}
    lines, rows = compared(NB201, predictors, truths, how.resamples)
    text = f"""\
### NAS-Bench-201: supernet scores and the table's validation accuracy on CIFAR-10

{len(table[TRUTHS[0]])} random cells of different canonical forms, `{how.images}`: {how.text}.
{dataset(NB201, scale).note}
A supernet takes {train_s:.0f} s, a score {score_s:.2f} s.
Correlation with the table after 12 and after 200 epochs [95 % bootstrap interval over cells].
"""
    header = ["predictor", *(f"{name}, {epochs} epochs" for epochs in (12, 200) for name in ("tau", "Spearman"))]
    cloud = Cloud(
        "NAS-Bench-201", predictors["one supernet"][0], truths[TRUTHS[1]], "one supernet (%)", "table, 200 epochs (%)"
    )
    return Section(f"{text}\n{markdown_table(header, lines)}", rows, (cloud,))


def main() -> None:
    """Train, score, compare, publish."""
    opts, scale, place = trainings.read_options(__doc__, __file__, seeds=2, large="paper")
    scale = "smoke" if opts.smoke else scale
    asked = {case: architectures(case, SCALES[scale][case].count) for case in SPACES}
    table = listed(asked[NB201])
    for case in SPACES:
        dataset(case, scale)  # what is missing is told before anything is trained
    place = place.shared_by(sum(len(units(case, scale, asked[case], opts.seeds, place)) for case in SPACES))
    work = [unit for case in SPACES for unit in units(case, scale, asked[case], opts.seeds, place)]
    found = trainings.in_parallel(answer, work, opts.jobs, opts.name)

    def of(case: str, *, shared: bool) -> list[Answers]:
        return [one for unit, one in zip(work, found, strict=True) if (unit.case, unit.shared) == (case, shared)]

    parts = [
        emt_nas(scale, asked[EMT], of(EMT, shared=True), of(EMT, shared=False)),
        nasbench201(scale, table, of(NB201, shared=True)),
    ]
    spent = Spent.sum([one.spent for one in found])
    alone = sum(one.fitness.size for unit, one in zip(work, found, strict=True) if not unit.shared)
    counts = {"supernets": len(SPACES) * opts.seeds, "scores": spent.trainings - alone, "trainings": alone}
    done = Work(counts, spent.cost_s, tuple(sorted(spent.codes)), place.hardware())
    drawing = clouds([cloud for part in parts for cloud in part.clouds], "Scores with shared weights")
    publishing.publish(
        opts,
        "\n".join(part.text for part in parts),
        [row for part in parts for row in part.rows],
        {"clouds": drawing},
        work=done,
    )


if __name__ == "__main__":
    harness.start(main)
