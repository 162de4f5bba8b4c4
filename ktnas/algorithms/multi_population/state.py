"""What KTNAS knows, and what a generation that is complete makes of it: survivors, and judged transfers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ktnas.embedding.base import FittedEmbedder
from ktnas.problem.population import Population, survivors
from ktnas.problem.task import Problem
from ktnas.problem.trial import History, Trial
from ktnas.transfer.outcome import Outcome, judged
from ktnas.transfer.translation import Translation


@dataclass(frozen=True, slots=True)
class KTNASState:
    """Everything KTNAS knows: a pure function of the problem, its configuration and the trials so far.

    Attributes:
        problem: What is searched.
        embedder: Fitted to the problem's space.
        history: Every trial.
        generation: 0 while the first populations are evaluated.
        breeding: Whether this generation's migrants have been evaluated.
        current: This generation's trials so far, per task.
        populations: Per task, best first.
        outcomes: Judged transfers per target task, oldest first.
        skipped: Generations without a transfer, per target task.
        translation: What architectures of other spaces move by; None where all tasks are of one space.
    """

    problem: Problem
    embedder: FittedEmbedder
    history: History
    generation: int
    breeding: bool
    current: Mapping[str, tuple[Trial, ...]]
    populations: Mapping[str, Population]
    outcomes: Mapping[str, tuple[Outcome, ...]]
    skipped: Mapping[str, int]
    translation: Translation | None = None

    @classmethod
    def initial(cls, problem: Problem, embedder: FittedEmbedder, translation: Translation | None) -> KTNASState:
        """Before the first question: no population yet."""
        trials: dict[str, tuple[Trial, ...]] = dict.fromkeys(problem.names, ())
        outcomes: dict[str, tuple[Outcome, ...]] = dict.fromkeys(problem.names, ())
        skipped = dict.fromkeys(problem.names, 0)
        return cls(problem, embedder, History(), 0, False, trials, trials, outcomes, skipped, translation)

    def completed(self, size: int, ratio: float) -> KTNASState:
        """After the generation: the best of all survive, and transfers are judged by who does.

        Args:
            size: Members of a population.
            ratio: Share of the next population that counts as its best.
        """
        populations, outcomes, skipped = dict(self.populations), dict(self.outcomes), dict(self.skipped)
        for task, trials in self.current.items():
            if not trials:
                continue
            populations[task] = survivors((*populations[task], *trials), size)
            moved = any(t.proposal.source_task is not None for t in trials)
            bred = any(t.proposal.source_task is None for t in trials)
            if moved and bred:  # without offspring the budget ended first, and nothing can be judged
                outcomes[task] = (*outcomes[task], *judged(trials, populations[task], ratio))
            skipped[task] += bool(self.generation and not moved and self.problem.donors(task))
        return replace(
            self,
            generation=self.generation + 1,
            breeding=False,
            current=dict.fromkeys(self.current, ()),
            populations=populations,
            outcomes=outcomes,
            skipped=skipped,
        )
