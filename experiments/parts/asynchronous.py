"""What is gained by not waiting for generations: idle time, and what is found by the same time, 1 to 64 workers.

    python -m experiments.parts.asynchronous            # 20 seeds
    python -m experiments.parts.asynchronous --smoke    # seconds

CIFAR-10 and CIFAR-100 of NAS-Bench-201 together, 50 evaluations each. A simulated clock: an evaluation takes the
seconds of training that the table records, the search none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from time import process_time
from typing import Any

import numpy as np

from experiments.machinery import harness, publishing, simulated_clock, transfer_matrix
from experiments.machinery.harness import Options, cell
from experiments.machinery.processes import in_parallel
from experiments.machinery.publishing import Work
from experiments.machinery.simulated_clock import Clocked, Generations
from ktnas.algorithms.base import Search
from ktnas.algorithms.presets import ktnas
from ktnas.algorithms.steady.imagination import ConstantLiar, Imagination, KrigingBeliever, NoImagination
from ktnas.algorithms.steady.populations import SteadyKTNAS
from ktnas.benchmarks.registry import load_benchmark
from ktnas.benchmarks.table import TableBenchmark
from ktnas.files.json_lines import AppendOnlyLog
from ktnas.records.digest import code_digest
from ktnas.report.figures.style import LINE, STYLE, png
from ktnas.report.markdown import Value, markdown_table, number
from ktnas.report.statistics import holm, verdict
from ktnas.runner.asynchronous import Asynchronous
from ktnas.runner.experiment import with_store
from ktnas.runner.loop import run

EVALUATIONS = 50
WORKERS = (1, 4, 16, 64)
COMPARED = (16,)
"""Numbers of workers for which what is imagined of pending evaluations is compared."""

IMAGINATIONS: Mapping[str, Imagination] = {
    "kriging believer": KrigingBeliever(),
    "constant liar, worst": ConstantLiar("worst"),
    "constant liar, mean": ConstantLiar("mean"),
    "nothing": NoImagination(),
}
DEFAULT = next(name for name, one in IMAGINATIONS.items() if one == SteadyKTNAS(ktnas()).imagination)
GENERATIONS, WIDE, STEADY = "generations", "wide generations", "asynchronous"
EVOLUTION = "regularized-evolution"

EXPLANATION = """\
*generations*: a question is asked when all of the one before is answered; of `ktnas` and `regularized-evolution` it has
an evaluation per task. *wide generations*: `ktnas` with as many offspring as keep all workers busy. *asynchronous*: a
worker that is free gets something to do at once. *idle* is the share of the workers' time that they wait. Ranks are
a run's geometric mean over both tasks of the true rank of the best found, mean [95 % bootstrap interval] / median;
*by then*: by the time at which the asynchronous run of the same seed and number of workers has ended.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """A run: a method, how it is asked, what it imagines, workers (0: any, it does not depend on them), and a seed."""

    method: str
    mode: str
    imagination: str
    workers: int
    seed: int
    evaluations: int


def items(opts: Options) -> list[Item]:
    """All runs, the longest first."""
    workers = WORKERS if not opts.smoke else (1, 4)
    compared = COMPARED if not opts.smoke else (4,)
    budget = opts.budget(EVALUATIONS)
    found: list[Item] = []
    for seed in range(opts.seeds):
        for count in workers:
            found.append(Item("ktnas", STEADY, DEFAULT, count, seed, budget))
            found.append(Item(EVOLUTION, STEADY, "", count, seed, budget))
            if count > 1:
                found.append(Item("ktnas", WIDE, "", count, seed, budget))
        found += [Item("ktnas", STEADY, one, count, seed, budget) for one in IMAGINATIONS for count in compared]
        found += [Item(method, GENERATIONS, "", 0, seed, budget) for method in ("ktnas", EVOLUTION)]
    return list(dict.fromkeys(found))


def benchmark() -> TableBenchmark:
    """The two tasks."""
    found = load_benchmark("nasbench201", ("cifar10", "cifar100"))
    if not isinstance(found, TableBenchmark):
        raise TypeError(f"{found.name} is no table")
    return found


def clocked(item: Item) -> tuple[list[Clocked], float]:
    """A run on its workers, or on each number of workers; and the CPU seconds it took."""
    began, table = process_time(), benchmark()
    problem, budget = simulated_clock.problem_of(table), simulated_clock.budget_of(item.evaluations)
    if item.mode == STEADY:
        machine = Asynchronous(problem, _search(item), budget, item.seed)
        return [simulated_clock.steady(machine, table, item.workers)], process_time() - began
    generations = Generations()
    run(problem, _search(item), table.evaluate, budget=budget, seed=item.seed, callback=generations)
    counts = (item.workers,) if item.workers else WORKERS
    return [generations.on(count, table) for count in counts], process_time() - began


def _search(item: Item) -> Search[Any]:
    if item.method == EVOLUTION:
        return harness.method(EVOLUTION)
    offspring = max(1, -(-item.workers // 2)) if item.mode == WIDE else 1
    method: Any = with_store(harness.as_search(replace(ktnas(), offspring=offspring)))
    return SteadyKTNAS(method, IMAGINATIONS[item.imagination]) if item.mode == STEADY else method  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run came to, on disk.

    Attributes:
        item: The run.
        cpu_s: CPU seconds it took.
        code: Digest of the source that did it.
        clocked: Per number of workers.
    """

    item: Item
    cpu_s: float
    code: str
    clocked: tuple[Clocked, ...]

    def line(self) -> str:
        """As a line of the file."""
        return json.dumps(asdict(self), allow_nan=False)


def decoded(line: str) -> Kept:
    """A run from its line."""
    plain = json.loads(line)
    clocks = tuple(
        Clocked(**{**one, "steps": tuple((float(at), str(task), int(rank)) for at, task, rank in one["steps"])})
        for one in plain["clocked"]
    )
    return Kept(Item(**plain["item"]), plain["cpu_s"], plain["code"], clocks)


def work(item: Item) -> Kept:
    """Do a run."""
    clocks, cpu_s = clocked(item)
    return Kept(item, cpu_s, code_digest(), tuple(clocks))


def done(opts: Options) -> list[Kept]:
    """All runs, each as soon as it is there on disk; those found there are not repeated."""
    opts.records.mkdir(parents=True, exist_ok=True)
    with closing(AppendOnlyLog(opts.records / f"{opts.name}.jsonl", decoded)) as log:
        found = {kept.item: kept for kept in log.records}
        missing = [item for item in items(opts) if item not in found]

        def keep(kept: Kept) -> None:
            log.append([kept.line()])

        new = in_parallel(work, missing, opts.jobs, opts.name, keep)
    found.update(zip(missing, new, strict=True))
    return [found[item] for item in items(opts)]


Runs = Mapping[tuple[str, str, str, int], Sequence[Clocked]]
"""By method, mode, imagination and workers: what the seeds came to, in their order."""


def by_arm(every: Sequence[Kept]) -> Runs:
    """Runs in the order of the seeds."""
    arms: dict[tuple[str, str, str, int], list[Clocked]] = {}
    for kept in every:
        for one in kept.clocked:
            arms.setdefault((kept.item.method, kept.item.mode, kept.item.imagination, one.workers), []).append(one)
    return arms


def mean_rank(clocked: Clocked, seconds: float) -> float:
    """Geometric mean over the tasks of the rank of the best by then; without any, that of the worst architecture."""
    ranks = clocked.ranks_at(seconds)
    return float(np.exp(np.mean([np.log(ranks.get(task, 15_625)) for task in ("cifar10", "cifar100")])))


def ranks(runs: Sequence[Clocked], until: Sequence[Clocked] | None = None) -> list[float]:
    """Per seed, by the end of other runs of the same seeds; of its own, unless any are given."""
    return [mean_rank(one, other.end_s) for one, other in zip(runs, until or runs, strict=True)]


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=20)
    every = done(opts)
    arms = by_arm(every)
    counts = sorted({workers for _, mode, _, workers in arms if mode == STEADY})
    text = [EXPLANATION, *clock_section(opts, arms, counts), *imagination_section(opts, arms)]
    figure = picture(arms, counts)
    cpu_s = sum(kept.cpu_s for kept in every)
    done_work = Work({"runs": len(every)}, cpu_s, tuple(sorted({kept.code for kept in every})))
    publishing.publish(opts, "\n".join(text), rows_of(arms), {"workers": figure}, CAPTIONS, done_work)


CAPTIONS = {"workers": "Idle time, hours until the budget is used up, and the best by the end of the asynchronous run."}
SHOWN = (("ktnas", GENERATIONS), ("ktnas", WIDE), ("ktnas", STEADY), (EVOLUTION, GENERATIONS), (EVOLUTION, STEADY))


def imagined(method: str, mode: str) -> str:
    """What an arm of the main comparison imagines."""
    return DEFAULT if (method, mode) == ("ktnas", STEADY) else ""


def clock_section(opts: Options, arms: Runs, counts: Sequence[int]) -> list[str]:
    """The tables by number of workers, with the tests of their differences."""
    lines, compared = [], []
    for workers in counts:
        for method, mode in SHOWN:
            if (method, mode, imagined(method, mode), workers) not in arms:
                continue  # with one worker, wide generations are generations
            runs = arms[method, mode, imagined(method, mode), workers]
            reference = arms[method, STEADY, imagined(method, STEADY), workers]
            hours = float(np.mean([one.end_s for one in runs])) / 3600
            idle = f"{100 * float(np.mean([one.idle for one in runs])):.0f} %"
            then = ranks(runs, reference)
            lines.append([str(workers), method, mode, idle, number(hours), cell(then), cell(ranks(runs))])
            if mode != STEADY:
                test = transfer_matrix.paired(np.log2(then), np.log2(ranks(reference)))
                compared.append((workers, method, mode, test))
    adjusted = holm([test.p for *_, test in compared])
    verdicts = [
        [
            str(workers),
            method,
            mode,
            f"{test.difference:+.2f} [{test.interval.low:+.2f}, {test.interval.high:+.2f}]",
            f"{p:.2g}",
            verdict(test.effect, p),
        ]
        for (workers, method, mode, test), p in zip(compared, adjusted, strict=True)
    ]
    return [
        f"### 1 to {max(counts)} workers\n",
        f"Two tasks, {opts.budget(EVALUATIONS)} evaluations each, {opts.seeds} seeds; simulated hours.\n",
        markdown_table(["workers", "method", "asked", "idle", "hours", "rank by then", "rank at its end"], lines),
        "What the asynchronous search gains by its end: log2(rank of the other by then / its own rank), +1 is half the "
        f"rank, paired by seed; Wilcoxon p after Holm's correction over these {len(compared)} tests.\n",
        markdown_table(["workers", "method", "against", "gain", "p", "verdict of asynchronous"], verdicts),
    ]


def imagination_section(opts: Options, arms: Runs) -> list[str]:
    """What is imagined of pending evaluations, each against nothing."""
    counts = sorted({w for _, mode, one, w in arms if mode == STEADY and one not in ("", DEFAULT)})
    lines, tests = [], []
    for workers in counts:
        nothing = ranks(arms["ktnas", STEADY, "nothing", workers])
        for one in IMAGINATIONS:
            values = ranks(arms["ktnas", STEADY, one, workers])
            lines.append([str(workers), one, cell(values)])
            tests.append(transfer_matrix.paired(np.log2(nothing), np.log2(values)))
    against = [i for i, line in enumerate(lines) if line[1] != "nothing"]
    adjusted = dict(zip(against, holm([tests[i].p for i in against]), strict=True))
    for i, (line, test) in enumerate(zip(lines, tests, strict=True)):
        interval = f"{test.difference:+.2f} [{test.interval.low:+.2f}, {test.interval.high:+.2f}]"
        line.extend([interval, f"{adjusted[i]:.2g}", verdict(test.effect, adjusted[i])] if i in adjusted else [""] * 3)
    return [
        "### What the model imagines of pending evaluations\n",
        f"`ktnas`, asynchronous, {opts.seeds} seeds, at the end. Gain: log2(rank of imagining nothing / its rank), "
        f"paired by seed; Wilcoxon p after Holm's correction over these {len(against)} tests. Default: {DEFAULT}.\n",
        markdown_table(["workers", "imagined", "rank at the end", "gain", "p", "verdict"], lines),
    ]


def rows_of(arms: Runs) -> list[dict[str, Value]]:
    """Rows of the CSV file."""
    found: list[dict[str, Value]] = []
    for (method, mode, imagination, workers), runs in arms.items():
        reference = arms.get((method, STEADY, imagined(method, STEADY), workers))
        measures = {
            "idle share": [one.idle for one in runs],
            "hours": [one.end_s / 3600 for one in runs],
            "geometric mean rank at its end": ranks(runs),
        }
        if reference is not None:
            measures["geometric mean rank by the end of the asynchronous run"] = ranks(runs, reference)
        found += [
            {
                "method": method,
                "asked": mode,
                "imagined": imagination,
                "workers": workers,
                "measure": measure,
                **harness.summary(values),
            }
            for measure, values in measures.items()
        ]
    return found


COLOURS = {GENERATIONS: "#9a9a9a", WIDE: "#d08a2e", STEADY: LINE}


Drawn = Callable[[Sequence[Clocked], Sequence[Clocked]], float]
PANELS: Mapping[str, Drawn] = {
    "idle time (%)": lambda runs, _: 100 * float(np.mean([one.idle for one in runs])),
    "hours until the budget is used up": lambda runs, _: float(np.mean([one.end_s for one in runs])) / 3600,
    "geometric mean rank by the end of asynchronous": lambda runs, then: float(
        np.exp(np.mean(np.log(ranks(runs, then))))
    ),
}


def picture(arms: Runs, counts: Sequence[int]) -> bytes:
    """Idle time, hours, and ranks at equal time, over the number of workers."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(11.5, 3.4), layout="constrained")
        for axes, (title, draw) in zip(figure.subplots(1, 3), PANELS.items(), strict=True):
            for method, mode in SHOWN:
                key = method, mode, imagined(method, mode)
                there = [count for count in counts if (*key, count) in arms]
                runs = [arms[(*key, count)] for count in there]
                reference = [arms[method, STEADY, imagined(method, STEADY), count] for count in there]
                style = "--" if method == EVOLUTION else "-"
                values = [draw(one, other) for one, other in zip(runs, reference, strict=True)]
                axes.plot(there, values, style, color=COLOURS[mode], marker="o", ms=3.5, label=f"{method}, {mode}")
            axes.set_xscale("log", base=2)
            axes.set_xticks(counts, [str(count) for count in counts])
            axes.set_xlabel("workers")
            axes.set_title(title, loc="left", fontsize=9)
            if "%" not in title:
                axes.set_yscale("log")
        figure.axes[0].legend(frameon=False, fontsize=7, loc="upper left")
        return png(figure)


if __name__ == "__main__":
    harness.start(main)
