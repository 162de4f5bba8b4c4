"""By which recipe to train the table of rendered scenes: how well seeds agree on an order of networks, at what cost.

    python experiments/scenes_recipe.py            # hours on a processor; what is in its file is not trained again
    python experiments/scenes_recipe.py --smoke    # seconds

The networks are the first of `scenes_networks.in_order`, drawn at random within strata of parameters and depth. First
few networks on few tasks by many recipes, then more on all. The chosen recipe is the table's (`scenes_table.RECIPE`),
and its own figures are of the trainings in the table: networks with all three seeds, the first 40 of which are these.
Trainings are kept, line by line, in ``scenes_recipe-trainings.csv`` beside the results.
"""

from __future__ import annotations

import argparse
import itertools
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import harness
import numpy as np
import scenes_table
import torch
from harness import Options, Work
from scenes_networks import SPACE, in_order
from scenes_rows import Rows
from scenes_training import Setting, Trainer
from scipy.stats import spearmanr

from ktnas.comparison_report import Value, markdown_table, number
from ktnas.training.scenes import TASKS
from ktnas.typing import FloatArray

NETWORKS = 40
"""What the recipe is to be chosen on; screening takes the first of them."""

PARTS = 3
"""Equal parts of the test scenes, so that more validation scenes can be judged from the same trainings."""

COLUMNS = (
    *("setting", "network", "task", "seed", "validation", "further1", "further2", "further3"),
    *("loss", "loss1", "loss2", "loss3", "parameters", "flops", "seconds", "machine"),
)
KEY = 4

Trained = Mapping[tuple[str, str], Mapping[str, Mapping[int, tuple[FloatArray, float]]]]
"""By setting and task, then network, then seed: metrics on equal parts, and seconds."""


@dataclass(frozen=True, slots=True)
class Screening:
    """What is trained by one setting.

    Attributes:
        setting: The setting.
        tasks: On which tasks.
        networks: How many networks of the order.
        seeds: How many seeds.
    """

    setting: Setting
    tasks: tuple[str, ...]
    networks: int
    seeds: int = 2


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far seeds agree on the order of networks on one task.

    Attributes:
        networks: Number of networks.
        seeds: Number of seeds.
        every: Mean Spearman's rho of two seeds over all networks.
        fewer: The same with the validation part alone, a quarter of the scenes; None in the table.
        quarter: Within the best quarter by a third seed, the mean over the choices of that seed; None
            without one, or with fewer than 16 networks.
        between: Standard deviation between networks, noise taken off.
        within: Standard deviation between seeds of a network.
        seconds: Mean of a training.
    """

    networks: int
    seeds: int
    every: float
    fewer: float | None
    quarter: float | None
    between: float
    within: float
    seconds: float

    @property
    def reliability(self) -> float:
        """Share of the variance of one training that lies between networks."""
        total = self.between**2 + self.within**2
        return self.between**2 / total if total else 0.0


def agreement(metrics: FloatArray, seconds: float) -> Agreement:
    """Of metrics ``(seeds, networks, parts)``, the mean over parts being what is judged; higher is better."""
    seeds, networks, parts = metrics.shape
    judged = metrics.mean(axis=2)
    within = float(judged.var(axis=0, ddof=1).mean())
    between = float(judged.mean(axis=0).var(ddof=1)) - within / seeds
    return Agreement(
        networks=networks,
        seeds=seeds,
        every=mean_rho(judged),
        fewer=mean_rho(metrics[:, :, 0]) if parts > 1 else None,
        quarter=best_quarter(judged) if seeds > 2 and networks >= 16 else None,
        between=float(np.sqrt(max(0.0, between))),
        within=float(np.sqrt(within)),
        seconds=seconds,
    )


def mean_rho(metrics: FloatArray) -> float:
    """Mean Spearman's rho of two rows of ``(seeds, networks)``."""
    pairs = itertools.combinations(range(len(metrics)), 2)
    return float(np.mean([rho(metrics[i], metrics[j]) for i, j in pairs]))


def best_quarter(metrics: FloatArray) -> float:
    """Mean rho of two rows of ``(seeds, networks)`` among the quarter of the networks that a third row holds best.

    Were they chosen by the two rows themselves, luck in one would have to be made good by the other, and even equal
    trainings would seem to disagree.
    """
    found = []
    for third in range(len(metrics)):
        chosen = np.argsort(-metrics[third], kind="stable")[: max(3, metrics.shape[1] // 4)]
        others = [row for row in range(len(metrics)) if row != third]
        found.append(mean_rho(metrics[others][:, chosen]))
    return float(np.mean(found))


def rho(first: FloatArray, second: FloatArray) -> float:
    """Spearman's rho; 0 where all values of one are equal."""
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(spearmanr(first, second).statistic)


def measure(screenings: Sequence[Screening], path: Path, device: str) -> Rows:
    """Train what is not in the file yet."""
    torch.set_num_threads(1)
    rows = Rows(path, {"table": "scenes, choice of the recipe", "version": 1, "space": SPACE.name}, COLUMNS, KEY)
    machine = str(rows.machine(scenes_table.machine(device)))
    number_of = itertools.count()
    for screening in screenings:
        trainer = Trainer(dict.fromkeys(screening.tasks, screening.setting), device, PARTS)
        for network, task, seed in itertools.product(
            in_order()[: screening.networks], screening.tasks, range(screening.seeds)
        ):
            key = (screening.setting.name, network.code, task, str(seed))
            with rows.claimed(next(number_of), key) as mine:
                if mine:
                    result = trainer(network.genotype, task, seed)
                    nothing = (None,) * PARTS
                    told = result.validation, *(result.tests or nothing), result.loss, *(result.test_losses or nothing)
                    shown = [scenes_table.metric(value) for value in told]
                    sizes = (str(result.parameters), str(result.flops), f"{result.seconds:.2f}", machine)
                    rows.append((*key, *shown, *sizes))
    return rows


def trained(lines: Sequence[Mapping[str, str]], parts: Sequence[str]) -> Trained:
    """Lines of a file, sorted; a training that failed is worse than all others."""
    found: dict[tuple[str, str], dict[str, dict[int, tuple[FloatArray, float]]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for line in lines:
        metrics = np.array([float(line[part]) if line[part] else -np.inf for part in parts])
        found[line["setting"], line["task"]][line["network"]][int(line["seed"])] = metrics, float(line["seconds"])
    return found


def agreements(found: Trained, least: int = 2) -> dict[tuple[str, str], Agreement]:
    """By setting and task, of the networks with most seeds, where these are ``least`` seeds and three networks."""
    result = {}
    for key, networks in found.items():
        most = max(len(by_seed) for by_seed in networks.values())
        complete = [by_seed for by_seed in networks.values() if len(by_seed) == most]
        if len(complete) > 2 and most >= least:
            metrics = np.array([[by_seed[seed][0] for by_seed in complete] for seed in range(most)])
            seconds = float(np.mean([by_seed[seed][1] for by_seed in complete for seed in range(most)]))
            result[key] = agreement(np.maximum(metrics, -1e9), seconds)
    return result


def lines_of(found: Mapping[tuple[str, str], Agreement]) -> list[list[str]]:
    """A line of the table per setting."""
    lines = []
    for setting in dict.fromkeys(setting for setting, _ in found):
        mine = {task: found[setting, task] for task in TASKS if (setting, task) in found}
        cells = [f"{mine[task].every:.2f} / {mine[task].reliability:.2f}" if task in mine else "-" for task in TASKS]
        counts = sorted({one.networks for one in mine.values()})
        seconds = float(np.mean([one.seconds for one in mine.values()]))
        lines.append([setting, "-".join(map(str, counts[:: max(1, len(counts) - 1)])), *cells, f"{seconds:.1f}"])
    return lines


def chosen_lines(
    found: Mapping[tuple[str, str], Agreement], losses: Mapping[tuple[str, str], Agreement]
) -> list[list[str]]:
    """A line per task for the chosen recipe: by its metric and by its loss."""
    return [
        [
            *(task, setting, f"{one.networks} x {one.seeds}"),
            *(figure for by in (one, losses[setting, task]) for figure in three(by)),
            *(number(one.between), number(one.within), f"{one.seconds:.1f}"),
        ]
        for (setting, task), one in found.items()
    ]


def three(found: Agreement) -> tuple[str, str, str]:
    """Rho over all networks and within the best quarter, and the reliability."""
    quarter = "-" if found.quarter is None else f"{found.quarter:.2f}"
    return f"{found.every:.2f}", quarter, f"{found.reliability:.2f}"


def explained(
    screened: Mapping[tuple[str, str], Agreement],
    chosen: Mapping[tuple[str, str], Agreement],
    losses: Mapping[tuple[str, str], Agreement],
) -> str:
    """The tables, with what they show."""
    header = ["setting", "networks", *TASKS, "s"]
    text = f"""\
### Screening of recipes

Spearman's rho between two seeds over networks of `transnas101-micro`, and the share of the metric's variance that lies
between networks rather than between seeds, on 2,000 scenes that are not trained on; mean processor seconds of a
training with its measurements, on a machine that was busy with other work. A setting reads: pixels, images x epochs,
batch, learning rate, channels; then what differs from the defaults of the scenes and of the recipe. With so few
networks rho may be off by .3; this was a screening, and what came of it is judged in the table.

{markdown_table(header, lines_of(screened))}
"""
    if not chosen:
        return text
    of = ("rho, all", "rho, best quarter", "reliability")
    header = [
        "task",
        "setting",
        "networks x seeds",
        *of,
        *(f"{name}, by loss" for name in of),
        "between",
        "within",
        "s",
    ]
    return f"""{text}
### The chosen recipe

From the trainings in the table: mean Spearman's rho between two seeds over all networks, and within the quarter that is
best by the third seed; reliability, the share of the variance that lies between networks rather than between seeds; the
same by the validation loss. Standard deviations of the metric between networks (noise taken off) and within a network,
between its seeds.

{markdown_table(header, chosen_lines(chosen, losses))}
"""


def published(found: Mapping[tuple[str, str], Agreement]) -> list[dict[str, Value]]:
    """Rows of the CSV file."""
    return [
        {
            "setting": setting,
            "task": task,
            "networks": one.networks,
            "seeds": one.seeds,
            "rho": one.every,
            "rho_500_scenes": one.fewer,
            "rho_best_quarter": one.quarter,
            "between": one.between,
            "within": one.within,
            "reliability": one.reliability,
            "seconds": one.seconds,
        }
        for (setting, task), one in found.items()
    ]


def table_lines(path: Path) -> list[dict[str, str]]:
    """Lines of the table, as far as it has come."""
    if not path.is_file():
        return []
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    named = [dict(zip(scenes_table.COLUMNS, line.split(","), strict=False)) for line in lines[1:]]
    whole = (line for line in named if len(line) == len(scenes_table.COLUMNS))
    return [
        {
            **line,
            "setting": scenes_table.RECIPE[line["task"]].name,
            "negative_loss": f"-{line['loss']}" if line["loss"] else "",
        }
        for line in whole
    ]


def main() -> None:
    """Train, compare, publish."""
    parser = harness.parser_of(__doc__, None)
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:N (default: %(default)s)")
    parser.add_argument("--only-report", action="store_true", help="train nothing; of what is in the file")
    given: argparse.Namespace = parser.parse_args()
    opts: Options = harness.read(parser, given, __file__)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    screenings = SMOKE if opts.smoke else SCREENINGS
    rows = measure(() if given.only_report else screenings, opts.out / f"{opts.name}-trainings.csv", given.device)
    lines = [dict(zip(COLUMNS, line, strict=True)) for line in rows.lines.values()]
    rows.close()
    screened = agreements(trained(lines, COLUMNS[KEY : KEY + 1 + PARTS]))
    table = table_lines(opts.out / "scenes_table.csv")
    chosen, losses = (agreements(trained(table, [name]), least=3) for name in ("validation", "negative_loss"))
    work = Work({"trainings": len(lines)}, sum(float(line["seconds"]) for line in lines))
    harness.publish(
        opts, explained(screened, chosen, losses), [*published(screened), *published(chosen)], {}, work=work
    )


_BASE = Setting(rate=0.1)
_SLOW = replace(_BASE, rate=0.02)
_MORE = replace(_SLOW, images=4000)
_LARGE = replace(_BASE, size=32, rate=0.05)
_WARM = replace(_BASE, recipe=(("warmup", 0.2),))
_EIGHT = (("object_classes", 8),)
_NEAR = (*_EIGHT, ("object_share", 0.15))
SCREENINGS = (
    Screening(_BASE, ("class_scene", "room_layout", "jigsaw", "normal"), networks=12),
    Screening(replace(_BASE, rate=0.03), ("class_scene", "room_layout", "jigsaw"), networks=12),
    Screening(replace(_BASE, rate=0.05, channels=16), ("class_scene", "jigsaw", "normal"), networks=12),
    Screening(replace(_BASE, rate=0.05, epochs=2), ("class_scene",), networks=12),
    Screening(replace(_SLOW, channels=16), ("jigsaw",), networks=10),
    Screening(_MORE, ("class_scene",), networks=11),
    Screening(_MORE, ("normal", "autoencoder"), networks=6),
    Screening(_MORE, ("segmentsemantic", "class_object", "room_layout", "jigsaw"), networks=5),
    Screening(_LARGE, ("segmentsemantic", "normal", "autoencoder"), networks=6),
    Screening(replace(_LARGE, batch=16), ("normal",), networks=4),
    Screening(replace(_LARGE, rate=0.02), ("segmentsemantic",), networks=5),
    Screening(replace(_LARGE, rate=0.02), ("normal",), networks=4),
    Screening(replace(_WARM, images=2000, size=32), ("normal",), networks=3),
    Screening(replace(_MORE, scenes=_EIGHT), ("class_object",), networks=6),
    Screening(replace(_BASE, images=8000, rate=0.03, scenes=_EIGHT), ("class_object",), networks=4),
    Screening(replace(_WARM, images=4000, scenes=_EIGHT), ("class_object",), networks=3),
    Screening(replace(_WARM, images=4000, scenes=_NEAR), ("class_object", "class_scene"), networks=4),
    Screening(replace(_WARM, images=4000, scenes=_NEAR), ("jigsaw",), networks=3),
    Screening(replace(_WARM, images=4000, size=32), ("autoencoder",), networks=4),
    Screening(replace(_WARM, images=4000, size=32), ("normal",), networks=3),
)
"""In the order in which they were tried, each on as few networks as were enough to go on to the next."""

_LEAST = Setting(64, channels=2, validation=32, test=PARTS * 16)
SMOKE = (
    Screening(_LEAST, ("class_scene", "jigsaw"), networks=3),
    Screening(replace(_LEAST, rate=0.01), ("class_scene",), networks=3),
)


if __name__ == "__main__":
    harness.start(main)
