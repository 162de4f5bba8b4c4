"""By which recipe to train the table of rendered scenes: how well seeds agree on an order of networks, at what cost.

    python -m experiments.training.scenes_recipe            # hours on a CPU; what is in its file is not trained again
    python -m experiments.training.scenes_recipe --smoke    # seconds

The networks are the first of `scenes_networks.in_order`, drawn at random within strata of parameters and depth. First
few networks on few tasks by many recipes, then more on all. The chosen one is the table's (`scenes_settings.RECIPE`),
and its own figures are of the trainings in the table: networks with all three seeds, the first 40 of which are these.
Trainings are kept, line by line, in ``scenes_recipe-trainings.csv`` beside the results.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from experiments.machinery import harness, publishing, scenes_lines
from experiments.machinery.harness import Options
from experiments.machinery.scenes_networks import SPACE, in_order
from experiments.machinery.scenes_rows import Rows
from experiments.machinery.scenes_training import Trainer
from experiments.machinery.seed_agreement import Agreement, agreement
from experiments.training.scenes_settings import PARTS, RECIPE, SCREENINGS, SMOKE_SCREENINGS, Screening
from ktnas.datasets.scenes import TASKS
from ktnas.records.digest import code_digest
from ktnas.report.markdown import Value, markdown_table, number
from ktnas.typing import FloatArray

NETWORKS = 40
"""What the recipe is to be chosen on; screening takes the first of them."""

COLUMNS = (
    *("setting", "network", "task", "seed", "validation", "further1", "further2", "further3"),
    *("loss", "loss1", "loss2", "loss3", "parameters", "flops", "seconds", "machine"),
)
KEY = 4

Trained = Mapping[tuple[str, str], Mapping[str, Mapping[int, tuple[FloatArray, float]]]]
"""By setting and task, then network, then seed: metrics on equal parts, and seconds."""


def measure(screenings: Sequence[Screening], path: Path, device: str) -> Rows:
    """Train what is not in the file yet."""
    torch.set_num_threads(1)
    rows = Rows(path, {"table": "scenes, choice of the recipe", "version": 1, "space": SPACE.name}, COLUMNS, KEY)
    machine = str(rows.machine(scenes_lines.machine(device)))
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
                    shown = [scenes_lines.metric(value) for value in told]
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
between networks rather than between seeds, on 2,000 scenes that are not trained on; mean CPU seconds of a
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
    named = [dict(zip(scenes_lines.COLUMNS, line.split(","), strict=False)) for line in lines[1:]]
    whole = (line for line in named if len(line) == len(scenes_lines.COLUMNS))
    return [
        {
            **line,
            "setting": RECIPE[line["task"]].name,
            "negative_loss": f"-{line['loss']}" if line["loss"] else "",
        }
        for line in whole
    ]


def programs(opts: Options, only_report: bool) -> tuple[str, ...]:
    """Digests of the programs that trained: this one, unless it only reports, and those named by the last results."""
    last = opts.out / f"{opts.name}.json"
    earlier = json.loads(last.read_text())["code"] if last.is_file() else []
    return tuple(sorted({*earlier, *(() if only_report else (code_digest(),))}))


def main() -> None:
    """Train, compare, publish."""
    parser = harness.parser_of(__doc__, None)
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:N (default: %(default)s)")
    parser.add_argument("--only-report", action="store_true", help="train nothing; of what is in the file")
    given: argparse.Namespace = parser.parse_args()
    opts = harness.read(parser, given, __file__)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    screenings = SMOKE_SCREENINGS if opts.smoke else SCREENINGS
    rows = measure(() if given.only_report else screenings, opts.out / f"{opts.name}-trainings.csv", given.device)
    lines = [dict(zip(COLUMNS, line, strict=True)) for line in rows.lines.values()]
    rows.close()
    screened = agreements(trained(lines, COLUMNS[KEY : KEY + 1 + PARTS]))
    table = table_lines(opts.out / "scenes_table.csv")
    chosen, losses = (agreements(trained(table, [name]), least=3) for name in ("validation", "negative_loss"))
    seconds = sum(float(line["seconds"]) for line in lines)
    work = publishing.Work({"trainings": len(lines)}, seconds, programs(opts, given.only_report))
    publishing.publish(
        opts, explained(screened, chosen, losses), [*published(screened), *published(chosen)], {}, work=work
    )


if __name__ == "__main__":
    harness.start(main)
