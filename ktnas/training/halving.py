"""Asynchronous successive halving: a candidate that falls behind the earlier ones is not trained to the end.

After Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht, Talwalkar, "A System for Massively Parallel
Hyperparameter Tuning" (MLSys 2020), algorithm 2, in its stopping form: nothing waits, and nothing is taken up again.
"Earlier" means recorded by an earlier generation of the search, never merely finished by chance: so the result depends
neither on the number of workers nor on where a run was cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Trial

Earlier: TypeAlias = Mapping[int, Sequence[float]]
"""Per rung, in epochs, the fitness that candidates of earlier generations had there."""


@dataclass(frozen=True, slots=True)
class Halving:
    """Rungs after 1, eta, eta^2, ... epochs; at each, the best 1 / eta of a task's candidates go on.

    The learning rate falls as for all epochs, so that who reaches the end was trained as without halving.

    Attributes:
        eta: At least 2; larger stops more.

    Raises:
        ConfigurationError: If eta is less than 2.
    """

    eta: int = 3

    def __post_init__(self) -> None:
        if self.eta < 2:
            raise ConfigurationError(f"halving needs eta of at least 2; got {self.eta}")

    def rungs(self, epochs: int) -> tuple[int, ...]:
        """Epochs after which a candidate may be stopped; the last epoch is none.

        >>> Halving(3).rungs(10), Halving(3).rungs(9), Halving(2).rungs(1)
        ((1, 3, 9), (1, 3), ())
        """
        found = [1]
        while found[-1] < epochs:
            found.append(found[-1] * self.eta)
        return tuple(found[:-1])

    def passes(self, fitness: float, earlier: Sequence[float]) -> bool:
        """Whether a candidate goes on: it and the earlier ones make up the rung, of which 1 / eta, at least one, go on.

        >>> [Halving(2).passes(fitness, (5.0, 6.0, 7.0)) for fitness in (5.5, 6.0, 6.5)]
        [False, True, True]
        """
        better = sum(value > fitness for value in earlier)
        return better < max(1, (len(earlier) + 1) // self.eta)


def rung_metric(epoch: int) -> str:
    """Name under which the fitness at a rung is recorded with an evaluation."""
    return f"fitness at epoch {epoch}"


def earlier(trials: Iterable[Trial], task: str, rungs: Sequence[int]) -> dict[int, tuple[float, ...]]:
    """What the recorded candidates of a task had at each rung.

    Args:
        trials: All trials of the generations before; repeats are left out.
        task: The task.
        rungs: In epochs.
    """
    recorded = [t.evaluation.metrics for t in trials if t.task == task and not t.repeat]
    names = {rung: rung_metric(rung) for rung in rungs}
    return {rung: tuple(m[name] for m in recorded if name in m) for rung, name in names.items()}
