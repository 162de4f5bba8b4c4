"""Gates that ask whether a source's evaluations foretold the target's."""

from dataclasses import replace

import numpy as np
import pytest

from ktnas.errors import ConfigurationError
from ktnas.problem.trial import Evaluation, Proposal, Trial
from ktnas.transfer.base import Candidates
from ktnas.transfer.edit_effects import EditEffects
from ktnas.transfer.foretold import edits, foretelling, standing
from ktnas.transfer.prediction_votes import PredictionVotes


class Angles:
    """Architectures are angles in degrees, vectors unit vectors."""

    def embed(self, genotypes):
        angle = np.radians(np.array([g[0] for g in genotypes], dtype=np.float64))
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def trials(task, values, parents=None):
    """A chain: each the child of the one before."""
    angles = list(values)
    return tuple(
        Trial(0, Proposal(task, (a,), ((angles[i - 1],),) if i else ()), Evaluation(float(values[a])))
        for i, a in enumerate(angles)
    )


def candidates(target, source, moving):
    known = {"target": trials("target", target), "source": trials("source", source)}
    asked = tuple(t for t in known["source"] if t.genotype[0] in moving)
    return Candidates("target", 5, asked, (), Angles(), known)


ALIKE = {0: 1, 30: 2, 60: 3}
SOURCE = {0: 1, 30: 2, 60: 3, 75: 4, 80: 0}


class TestForetold:
    def test_standings_lie_between_worst_and_best_and_failures_are_worst(self):
        given = (*trials("t", {0: 3, 1: 5}), replace(trials("t", {2: 1})[0], evaluation=Evaluation.failed("no")))
        assert standing(given) == pytest.approx([1.5 / 3, 2.5 / 3, 0.5 / 3])

    def test_the_nearest_evaluations_foretell(self):
        model = foretelling(trials("source", SOURCE), Angles())
        assert model.at(Angles().embed([(74,)]))[0] > model.at(Angles().embed([(1,)]))[0]

    def test_edits_are_pairs_that_were_both_evaluated(self):
        assert edits(trials("t", ALIKE)) == [(0, 1), (1, 2)]


class TestEditEffects:
    def test_a_source_that_foretold_gains_is_followed_to_what_gains_more(self, chosen):
        assert chosen(EditEffects(exploration=0), candidates(ALIKE, SOURCE, (75, 80)), 2) == [75]

    def test_an_opposed_source_is_followed_the_other_way(self, chosen):
        opposed = {angle: -value for angle, value in SOURCE.items()}
        found = chosen(EditEffects(exploration=0), candidates(ALIKE, opposed, (75, 80)), 2)
        assert 80 not in found

    def test_without_a_change_that_was_seen_any_may_move(self, chosen):
        assert len(chosen(EditEffects(), candidates({0: 1}, SOURCE, (75, 80)), 2)) == 2

    def test_settings(self):
        with pytest.raises(ConfigurationError, match="effects of edits"):
            EditEffects(prior=-1)


class TestPredictionVotes:
    def test_what_held_near_the_top_votes_for_its_like(self, chosen):
        seen = {0: 1, 30: 2, 70: 9}
        assert chosen(PredictionVotes(0.4, 0), candidates(seen, SOURCE, (75, 0)), 2) == [75]

    def test_what_did_not_hold_votes_against(self, chosen):
        seen = {0: 5, 30: 4, 74: 1}
        assert chosen(PredictionVotes(0.4, 0), candidates(seen, SOURCE, (75, 0)), 2) == []

    def test_settings(self):
        with pytest.raises(ConfigurationError, match="votes need a share"):
            PredictionVotes(top=1)
