"""What sharing with other tasks gave a task: the same search of that task alone, seed by seed.

The measure is that of `ktnas.report.comparison`: evaluations until the best listed entry, where tasks stop at it; else
the true rank of the best found; else its fitness. Ranks and evaluations are compared by their logarithms to base 2, so
that a difference of -1 is half of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from ktnas.formatting import number_text
from ktnas.records.checked import count_of, fields_of, list_of, number_of, text_of
from ktnas.records.summary import Summary, TaskSummary
from ktnas.report.comparison import Measure
from ktnas.report.statistics import paired_test, verdict
from ktnas.rng import Streams
from ktnas.typing import JSON

LEAST_SEEDS = 20
"""Fewer seeds get no verdict: one lucky run shows nothing."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """What sharing gave a task.

    Attributes:
        task: The task.
        others: The tasks that it was searched with.
        measure: What is compared.
        budget: Evaluations per task.
        seeds: Runs of both kinds that have a value, paired by seed.
        together: Mean over the seeds of the search of all tasks; of ranks and evaluations the geometric one.
        alone: The same of the search of the task alone.
        better: Seeds in which the search of all tasks was better.
        equal: Seeds in which both came to the same.
        effect: Matched-pairs rank-biserial correlation, -1 to 1; positive where sharing was better.
        p: Of Wilcoxon's signed-rank test, two-sided; 1 where all pairs are equal.
        verdict: ``"better"``, ``"worse"`` or ``"not significant"``; ``"too few seeds"`` below `LEAST_SEEDS`.
    """

    task: str
    others: tuple[str, ...]
    measure: Measure
    budget: int
    seeds: int
    together: float
    alone: float
    better: int
    equal: int
    effect: float
    p: float
    verdict: str

    def row(self) -> dict[str, JSON]:
        """As plain values."""
        return {**asdict(self), "others": list(self.others), "measure": self.measure.value}

    def __str__(self) -> str:
        """One sentence.

        >>> found = Sharing("b", ("a",), Measure.RANK, 50, 20, 2.0, 4.0, 12, 3, 0.6, 0.01, "better")
        >>> print(found)
        b, 50 evaluations, 20 seeds: with a the best found is number 2.0 (geometric mean), alone number 4.0; sharing \
was better in 12 of 20 seeds, equal in 3, worse in 5: better (p = 0.010), at the cost of as many evaluations of a.
        """
        with_, alone = self._reached(self.together), self._reached(self.alone)
        counts = (
            f"better in {self.better} of {self.seeds} seeds, equal in {self.equal}, "
            f"worse in {self.seeds - self.better - self.equal}"
        )
        others = ", ".join(self.others)
        judged = f"{self.verdict} (p = {self.p:.3f})" if self.seeds >= LEAST_SEEDS else f"{self.verdict} to tell"
        return (
            f"{self.task}, {self.budget} evaluations, {self.seeds} seeds: with {others} {_SUBJECT[self.measure]} "
            f"{with_}{_MEAN[self.measure]}, alone {alone}; sharing was {counts}: {judged}, at the cost of as many "
            f"evaluations of {others}."
        )

    def _reached(self, value: float) -> str:
        number = number_text(value) if self.measure is Measure.FITNESS else f"{value:.1f}"
        return f"number {number}" if self.measure is Measure.RANK else number


def sharing_of_rows(rows: object) -> list[Sharing]:
    """What ``sharing.json`` holds.

    Raises:
        ValueError: If it holds anything else; or TypeError, KeyError.
    """
    found = []
    for row in list_of(rows):
        plain = fields_of(row)
        found.append(
            Sharing(
                task=text_of(plain["task"]),
                others=tuple(map(text_of, list_of(plain["others"]))),
                measure=Measure(plain["measure"]),
                budget=count_of(plain["budget"]),
                seeds=count_of(plain["seeds"]),
                together=number_of(plain["together"]),
                alone=number_of(plain["alone"]),
                better=count_of(plain["better"]),
                equal=count_of(plain["equal"]),
                effect=number_of(plain["effect"]),
                p=number_of(plain["p"]),
                verdict=text_of(plain["verdict"]),
            )
        )
    return found


_SUBJECT = {
    Measure.RANK: "the best found is",
    Measure.EVALUATIONS: "evaluations until the best are",
    Measure.FITNESS: "the best fitness found is",
}
_MEAN = {Measure.RANK: " (geometric mean)", Measure.EVALUATIONS: " (geometric mean)", Measure.FITNESS: " (mean)"}


def sharing(
    task: str, together: Sequence[Summary], alone: Sequence[Summary], *, until_best: bool = False
) -> Sharing | None:
    """What sharing gave a task; None where no seed of both kinds has found anything.

    Args:
        task: The task.
        together: Runs of all tasks.
        alone: Runs of the task alone, with the same method and budget.
        until_best: Whether tasks stopped at the best listed entry.
    """
    others = {summary["seed"]: summary["tasks"][task] for summary in alone}
    pairs = [(s["tasks"][task], others[s["seed"]]) for s in together if s["seed"] in others]
    pairs = [(first, second) for first, second in pairs if first["best"] and second["best"]]
    if not pairs:
        return None
    measure, value = _measured(pairs, until_best)
    values = [(value(first), value(second)) for first, second in pairs]
    linear = measure is Measure.FITNESS
    scaled = [(a, b) if linear else (-math.log2(a), -math.log2(b)) for a, b in values]
    test = paired_test([a for a, _ in scaled], [b for _, b in scaled], Streams(0).rng("bootstrap"))

    def mean(kind: int) -> float:
        average = sum(pair[kind] for pair in scaled) / len(scaled)
        return average if linear else 2.0**-average

    return Sharing(
        task=task,
        others=tuple(name for name in together[0]["tasks"] if name != task),
        measure=measure,
        budget=together[0]["budget"],
        seeds=len(values),
        together=mean(0),
        alone=mean(1),
        better=sum(a > b for a, b in scaled),
        equal=sum(a == b for a, b in scaled),
        effect=test.effect,
        p=test.p,
        verdict=verdict(test.effect, test.p) if len(values) >= LEAST_SEEDS else "too few seeds",
    )


def _measured(
    pairs: Sequence[tuple[TaskSummary, TaskSummary]], until_best: bool
) -> tuple[Measure, Callable[[TaskSummary], float]]:
    tasks = [task for pair in pairs for task in pair]
    if until_best:
        return Measure.EVALUATIONS, lambda task: task["optimum_reached_at"] or task["evaluations"]
    if all(task["best"] is not None and task["best"]["rank"] is not None for task in tasks):
        return Measure.RANK, _rank
    return Measure.FITNESS, _fitness


def _rank(task: TaskSummary) -> float:
    best = task["best"]
    return math.nan if best is None or best["rank"] is None else float(best["rank"])


def _fitness(task: TaskSummary) -> float:
    best = task["best"]
    return math.nan if best is None else best["fitness"]
