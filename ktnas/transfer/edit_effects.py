"""Effects of edits: what a change gained on a source, by how well its changes have foretold the target's so far.

After M-DESIGN (Wang et al., ICML 2026), which weighs prior tasks by how well the gains of their modifications agree
with those seen on the new one. Its sources are complete tables; here they are the other tasks' evaluations, so that the
effect of a change is the difference of two standings that a source foretells from its nearest evaluations, and a
source's weight is how often it foretold the sign of a change from parent to child on the target, less how often it did
not (ours), shrunk to 0 by `prior` imagined changes of which it foretold half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Trial
from ktnas.transfer.base import Candidates
from ktnas.transfer.foretold import edits, foretelling, standing
from ktnas.transfer.selection import draw


@dataclass(frozen=True, slots=True)
class EditEffects:
    """Chooses migrants by what the change to them from the target's best gained on their source.

    Attributes:
        prior: Imagined changes of which a source foretold half.
        exploration: Probability of drawing migrants at random where no candidate promises a gain.
    """

    prior: float = 4.0
    exploration: float = 0.1

    def __post_init__(self) -> None:
        if self.prior < 0 or not 0 <= self.exploration <= 1:
            raise ConfigurationError(f"effects of edits need a number and a probability, not negative; got {self}")

    @property
    def name(self) -> str:
        return "edit-effects"

    def migrants(self, candidates: Candidates, count: int, rng: np.random.Generator) -> Sequence[Trial]:
        """The ``count`` candidates of the highest expected gains; none, mostly, if none is positive."""
        explore = bool(rng.random() < self.exploration)
        seen = candidates.evaluated.get(candidates.target, ())
        pairs = edits(seen)
        if not candidates.trials or not pairs:
            return draw(candidates.trials, count, rng)
        embed = candidates.embedder.embed
        x, own = embed([t.genotype for t in seen]), standing(seen)
        changes = np.array([own[child] - own[parent] for parent, child in pairs])
        gains = np.zeros(len(candidates.trials))
        for source in dict.fromkeys(t.task for t in candidates.trials):
            known = candidates.evaluated.get(source, ())
            if not known:
                continue
            model = foretelling(known, candidates.embedder)
            foretold = model.at(x)
            effects = np.array([foretold[child] - foretold[parent] for parent, child in pairs])
            told = effects != 0
            agreed = float(np.sign(effects[told] * changes[told]).sum())
            weight = agreed / (int(told.sum()) + self.prior) if told.any() else 0.0
            rows = np.array([i for i, t in enumerate(candidates.trials) if t.task == source])
            at = model.at(embed([candidates.trials[i].genotype for i in rows.tolist()]))
            gains[rows] = weight * (at - foretold[int(own.argmax())])
        if gains.max() <= 0:
            return draw(candidates.trials, count, rng) if explore else ()
        order = np.argsort(-gains, kind="stable")[:count]
        return tuple(candidates.trials[i] for i in order.tolist() if gains[i] > 0)
