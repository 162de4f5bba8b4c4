"""Searches on real images: MNIST to Fashion-MNIST, and CIFAR-10 together with PneumoniaMNIST, in the EMT-NAS space.

    python -m experiments.training.live_images                   # small networks on a CPU, see docs/experiments.md
    python -m experiments.training.live_images --scale paper     # 20 channels, populations of 20; for a GPU
    python -m experiments.training.live_images --smoke           # seconds, on scikit-learn's digits

Every candidate is trained, and judged on validation images. The best of each search is then trained anew for longer,
and measured on test images that nothing has seen. KTNAS stands beside the same search without transfer, one task at a
time (``gp-search``, and at the paper's scale ``ktnas-paper`` without transfer), and beside random search. CIFAR-10 is
``cifar10_lossless5k``, 5,000 of its images. A training is not repeated where two searches of one seed ask for it; each
of them is charged for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.machinery import harness, publishing, trainings
from experiments.machinery.harness import cell
from experiments.machinery.trainings import Place, Spent
from experiments.training import live_searches
from experiments.training.live_searches import OURS, SCALES, Found, Pair, Scale, Unit
from ktnas.report.figures.bands import Line, Panel, bands
from ktnas.report.markdown import Value, markdown_table, number
from ktnas.report.statistics import PairedTest, holm, paired_test, verdict
from ktnas.rng import Streams

ALL = "all tasks"


def main() -> None:
    """Search, measure, compare."""
    opts, name, place = trainings.read_options(__doc__, __file__, seeds=3, large="paper")
    name = "smoke" if opts.smoke else name
    scale = SCALES[name]
    for task in {task: None for pair in scale.pairs for task in pair.tasks}:
        live_searches.dataset(task, scale.images)  # what is missing is told before anything is trained
    place = place.shared_by(len(scale.pairs) * opts.seeds)
    units = [Unit(pair, name, seed, place) for seed in range(opts.seeds) for pair in scale.pairs]
    outcomes = trainings.in_parallel(live_searches.search, units, opts.jobs, opts.name)
    found = [one for outcome in outcomes for one in outcome.found]
    tests = compared(found)
    text = [explained(scale, found, place, opts.seeds)]
    figures = {}
    for i, pair in enumerate(scale.pairs, 1):
        own = [one for one in found if one.pair == pair.name]
        text += [f"### {pair.name}\n", table(own, place)]
        figures[f"courses-{i}"] = figure(own, pair)
    text += ["### Differences\n", differences(tests, opts.seeds)]
    spent = Spent.sum([outcome.spent for outcome in outcomes])
    work = spent.work(place, searches=len(units) * len(scale.arms), evaluations=scale.budget * len(found))
    publishing.publish(opts, "\n".join(text), rows(found), figures, work=work)
    publishing.publish_rows(opts, "differences", difference_rows(tests))
    publishing.publish_rows(opts, "found", found_rows(found))


def explained(scale: Scale, found: Sequence[Found], place: Place, seeds: int) -> str:
    """What was done."""
    notes = {note for one in found if (note := live_searches.dataset(one.task, scale.images).note)}
    paper = f" `ktnas-paper` has populations of {scale.population}." if "ktnas-paper" in scale.arms else ""
    return f"""\
{scale.text}{paper}

Mean [95 % bootstrap interval] / median over {seeds} seeds of the accuracy in % on test images of the architecture
found, trained anew with the same seed for every method; in the second column of a task, of its validation accuracy in
the search. Costs: {place.unit} of a search's trainings, both tasks, as if each method had trained alone; what the
methods themselves compute is not in it. {" ".join(sorted(notes))}
"""


def names(found: Sequence[Found]) -> tuple[list[str], list[str]]:
    """Methods and tasks, in order."""
    return list(dict.fromkeys(one.arm for one in found)), list(dict.fromkeys(one.task for one in found))


def table(found: Sequence[Found], place: Place) -> str:
    """A row per method."""
    arms, tasks = names(found)
    lines = []
    for arm in arms:
        cells = []
        for task in tasks:
            own = [one for one in found if (one.arm, one.task) == (arm, task)]
            cells += [cell([one.test for one in own]), cell([one.trajectory[-1] for one in own])]
        lines.append([arm, *cells, cell(hours(found, arm))])
    header = [text for task in tasks for text in (f"{task}, test", "validation, in the search")]
    return markdown_table(["method", *header, f"cost ({place.unit})"], lines)


def hours(found: Sequence[Found], arm: str) -> list[float]:
    """What a method's searches cost, seed by seed."""
    seeds = dict.fromkeys(one.seed for one in found)
    return [sum(one.search_s for one in found if (one.arm, one.seed) == (arm, seed)) / 3600 for seed in seeds]


def compared(found: Sequence[Found]) -> dict[tuple[str, str], PairedTest]:
    """By method and task, and over all tasks: test accuracy of ours minus that of the method, paired by seed."""
    arms, tasks = names(found)
    accuracy = {(one.arm, one.task, one.seed): one.test for one in found}
    tests = {}
    for arm in arms:
        for task in (*tasks, ALL):
            blocks = sorted((t, s) for a, t, s in accuracy if a == arm and task in (t, ALL))
            if arm != OURS:
                ours, other = ([accuracy[a, t, s] for t, s in blocks] for a in (OURS, arm))
                tests[arm, task] = paired_test(ours, other, Streams(0).rng("bootstrap"))
    return tests


def adjusted(tests: Mapping[tuple[str, str], PairedTest]) -> list[float]:
    """P-values after Holm's correction over the table."""
    return holm([test.p for test in tests.values()])


def differences(tests: Mapping[tuple[str, str], PairedTest], seeds: int) -> str:
    """A row per method and task."""
    lines = []
    for ((arm, task), test), p in zip(tests.items(), adjusted(tests), strict=True):
        low, high = number(test.interval.low), number(test.interval.high)
        shown = f"{test.difference:+.3g} [{low}, {high}]"
        lines.append([arm, task, str(test.pairs), shown, f"{test.effect:+.2f}", f"{p:.2g}", verdict(test.effect, p)])
    header = ["method", "task", "pairs", "difference", "effect", "p", "verdict"]
    return f"""\
Test accuracy of {OURS} minus that of the method, in points, paired by seed: mean [95 % interval], matched-pairs
rank-biserial correlation, Wilcoxon signed-rank p after Holm's correction over the table. On one task, {seeds} seeds
cannot give a p below {2 / 2**seeds:.2g} before correction; *{ALL}* takes each task and seed as a pair, though the two
tasks of a search are not independent of one another. Seeds differ in what is searched and in how networks are trained;
the images are the same.

{markdown_table(header, lines)}"""


def figure(found: Sequence[Found], pair: Pair) -> bytes:
    """Validation accuracy of the best over evaluations, a panel per task."""
    arms, tasks = names(found)
    panels = []
    for task in tasks:
        lines = []
        for arm in arms:
            trajectories = np.array([one.trajectory for one in found if (one.arm, one.task) == (arm, task)])
            x = np.arange(1.0, 1 + trajectories.shape[1])
            lines.append(Line(arm, x, trajectories.mean(axis=0), trajectories.min(axis=0), trajectories.max(axis=0)))
        panels.append(Panel(task, "validation accuracy (%)", tuple(lines)))
    return bands(panels, f"{pair.name}: best in the search; mean and range over seeds")


def rows(found: Sequence[Found]) -> list[dict[str, Value]]:
    """A row per method, task and measure."""
    arms, tasks = names(found)
    made: list[dict[str, Value]] = []
    for task in tasks:
        for arm in arms:
            own = [one for one in found if (one.arm, one.task) == (arm, task)]
            place: dict[str, Value] = {"pair": own[0].pair, "task": task, "arm": arm}
            measures = {
                "test_accuracy": [one.test for one in own],
                "validation_accuracy": [one.trajectory[-1] for one in own],
                "search_hours": [one.search_s / 3600 for one in own],
            }
            made += [{**place, "measure": key, **harness.summary(values)} for key, values in measures.items()]
    return made


def difference_rows(tests: Mapping[tuple[str, str], PairedTest]) -> list[dict[str, Value]]:
    """A row per method and task."""
    return [
        {
            "arm": arm,
            "task": task,
            "pairs": test.pairs,
            "difference": test.difference,
            "low": test.interval.low,
            "high": test.interval.high,
            "effect": test.effect,
            "p": p,
            "verdict": verdict(test.effect, p),
        }
        for ((arm, task), test), p in zip(tests.items(), adjusted(tests), strict=True)
    ]


def found_rows(found: Sequence[Found]) -> list[dict[str, Value]]:
    """A row per search and task."""
    keys = ("pair", "arm", "seed", "task", "architecture", "test", "parameters", "search_s", "final_s")
    return [{**{key: getattr(one, key) for key in keys}, "validation": one.trajectory[-1]} for one in found]


if __name__ == "__main__":
    harness.start(main)
