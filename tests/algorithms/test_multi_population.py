import math
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pytest

from ktnas.algorithms.candidates.pool import Offspring, WholeSpace
from ktnas.algorithms.candidates.proxy_screening import ProxyScreening
from ktnas.algorithms.candidates.screening import NoScreening, SurrogateScreening
from ktnas.algorithms.candidates.variation import Variation
from ktnas.algorithms.presets import ktnas, ktnas_paper
from ktnas.embedding.proxy_features import ProxyFeatures
from ktnas.errors import ConfigurationError
from ktnas.problem.proxy import Parameters
from ktnas.problem.trial import Evaluation, Trial
from ktnas.surrogate.ridge import Ridge
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.transfer.outcome import Outcome
from ktnas.transfer.random_transfer import RandomTransfer
from ktnas.transfer.transfer_rank import TransferRank

THREE = ("first", "second", "third")


def best(trials, size):
    """The best of everything so far, worked out from scratch: each architecture once, of equals the earlier."""
    first = {}
    for trial in trials:
        if trial.fitness is not None and trial.genotype not in first:
            first[trial.genotype] = trial
    return sorted(first.values(), key=lambda trial: -trial.fitness)[:size]


def generations(trials, task):
    """``(number, trials so far, trials of this generation)`` of each generation of a task."""
    own = [trial for trial in trials if trial.task == task]
    return [
        (number, [t for t in own if t.generation <= number], list(group))
        for number, group in groupby(own, key=lambda trial: trial.generation)
    ]


def labels_from_scratch(trials, task, population, ratio):
    """The labels of past transfers, from nothing but the record: method section 3, stated once more."""
    found = []
    for number, so_far, now in generations(trials, task):
        moved = [t for t in now if t.proposal.source_task is not None]
        bred = [t for t in now if t.proposal.source_task is None]
        if not moved or not bred:
            continue
        elite = best(so_far, population)
        elite = [t.genotype for t in elite[: max(1, math.floor(ratio * len(elite) + 1e-9))]]
        credited = [parent for child in bred if child.genotype in elite for parent in child.proposal.parents]
        found += [Outcome(number, t.genotype, t.proposal.source_task, t.genotype in credited) for t in moved]
    return tuple(found)


def migrants(trials):
    return [trial for trial in trials if trial.proposal.source_task is not None]


class TestLabels:
    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize("ratio", [0.2, 0.5, 1.0])
    def test_are_a_function_of_the_recorded_trials(self, run_course, make_paper, seed, ratio):
        search = make_paper(ratio=ratio, transfer=TransferRank(exploration=0.5))
        trajectory = run_course(search, THREE, budget=60, seed=seed)
        found = search.outcomes(trajectory.states[-1])
        for task in THREE:
            assert found[task] == labels_from_scratch(trajectory.trials, task, 6, ratio)
        labels = [o.positive for task in THREE for o in found[task]]
        assert True in labels
        assert False in labels or ratio == 1.0

    def test_wherever_the_budget_ends(self, run_course, make_paper):
        for budget in range(1, 40):
            trajectory = run_course(make_paper(), budget=budget)
            for task, found in make_paper().outcomes(trajectory.states[-1]).items():
                assert found == labels_from_scratch(trajectory.trials, task, 6, 0.2), budget
                counts = trajectory.result.tasks[task].transfers
                assert (counts.positive, counts.negative) == (
                    sum(o.positive for o in found),
                    sum(not o.positive for o in found),
                )
                assert counts.proposed == len([t for t in migrants(trajectory.trials) if t.task == task])

    def test_two_parents_share_the_credit(self, run_course, make_paper):
        pool = Offspring(Variation(tournament_size=2, crossover_probability=1.0))
        trajectory = run_course(make_paper(pool=pool, transfer=RandomTransfer()), budget=60)
        assert any(len(t.proposal.parents) == 2 for t in trajectory.trials)
        found = trajectory.states[-1].outcomes
        assert found["first"] == labels_from_scratch(trajectory.trials, "first", 6, 0.2)

    def test_migrants_that_the_budget_left_without_offspring_are_not_judged(self, run_course, make_paper):
        trajectory = run_course(make_paper(), budget=8)  # a population of 6, then 2 of 3 migrants
        for task in ("first", "second"):
            assert trajectory.result.tasks[task].transfers.proposed == 2
            assert trajectory.states[-1].outcomes[task] == ()


class TestGenerations:
    def test_first_populations_are_distinct_and_random(self, run_course, make_paper):
        trajectory = run_course(make_paper(), THREE)
        for task in THREE:
            drawn = [p for p in trajectory.asked[0] if p.task == task]
            assert len({p.genotype for p in drawn}) == 6
            assert all(p.parents == () and p.source_task is None for p in drawn)

    def test_migrants_come_first_and_offspring_follow_under_one_number(self, run_course, make_paper):
        trajectory = run_course(make_paper(transfer=RandomTransfer()), budget=50)
        kinds = [{p.source_task is not None for p in asked} for asked in trajectory.asked]
        assert len(kinds) > 9
        assert kinds == [{False}, *[{True}, {False}] * 20][: len(kinds)]
        assert [told[0].generation for told in trajectory.told] == [(i + 1) // 2 for i in range(len(kinds))]

    def test_a_generation_without_migrants_is_one_question(self, run_course, make_paper):
        trajectory = run_course(make_paper(transfer=NoTransfer()), budget=6 + 3 * 6)
        assert [told[0].generation for told in trajectory.told] == [0, 1, 2, 3]

    def test_migrants_come_from_the_donors_population_and_are_new_to_the_target(self, run_course, make_paper):
        trajectory = run_course(make_paper(transfer=RandomTransfer()), THREE, budget=60)
        known = set()
        for state, asked, told in zip(trajectory.states, trajectory.asked, trajectory.told, strict=False):
            for proposal in asked:
                if proposal.source_task is not None:
                    assert (proposal.task, proposal.genotype) not in known
                    assert proposal.source_task != proposal.task
                    assert proposal.genotype in {t.genotype for t in state.populations[proposal.source_task]}
            known |= {(t.task, t.genotype) for t in told}
        assert {p.proposal.source_task for p in migrants(trajectory.trials) if p.task == "first"} == {"second", "third"}

    def test_nothing_is_ever_asked_twice(self, run_course, make_paper):
        for search in (make_paper(), make_paper(pool=WholeSpace(), screening=SurrogateScreening(Ridge()))):
            assert not any(trial.repeat for trial in run_course(search, THREE, budget=60).trials)

    def test_populations_are_the_best_of_everything_so_far(self, run_course, make_paper):
        trajectory = run_course(make_paper(transfer=RandomTransfer()), THREE, budget=60)
        for state in trajectory.states:
            if not state.breeding:
                for task in THREE:
                    so_far = [trial for trial in state.history if trial.task == task]
                    assert list(state.populations[task]) == best(so_far, 6)

    def test_offspring_are_mutants_of_members_or_migrants(self, run_course, make_paper):
        trajectory = run_course(make_paper(transfer=RandomTransfer()), budget=60)
        of_migrants = 0
        for state, asked in zip(trajectory.states, trajectory.asked, strict=False):
            for proposal in asked if state.generation else ():
                if proposal.source_task is None:
                    (parent,) = proposal.parents
                    here = {t.genotype for t in migrants(state.current[proposal.task])}
                    assert parent in {t.genotype for t in state.populations[proposal.task]} | here
                    assert sum(a != b for a, b in zip(parent, proposal.genotype, strict=True)) == 1
                    of_migrants += parent in here
        assert of_migrants

    def test_a_poor_migrant_can_be_bred_from_though_it_does_not_survive(self, run_course, make_paper):
        pool = Offspring(Variation(tournament_size=1))
        trajectory = run_course(make_paper(transfer=RandomTransfer(), pool=pool), ("first", "third"), budget=80)
        parents = {(t.task, t.generation, p) for t in trajectory.trials for p in t.proposal.parents}
        survivors = {
            (task, t.genotype) for state in trajectory.states for task, kept in state.populations.items() for t in kept
        }
        bred = [t for t in migrants(trajectory.trials) if (t.task, t.generation, t.genotype) in parents]
        assert any((t.task, t.genotype) not in survivors for t in bred)


class TestWhoDonates:
    def test_one_task_has_no_migrants_and_transfer_cannot_matter(self, run_course, make_paper):
        trajectories = [
            run_course(make_paper(transfer=transfer), ("first",))
            for transfer in (TransferRank(), TransferRank(exploration=1.0), RandomTransfer(), NoTransfer())
        ]
        assert all(trajectory.trials == trajectories[0].trials for trajectory in trajectories)
        assert migrants(trajectories[0].trials) == []
        assert trajectories[0].states[-1].skipped == {"first": 0}

    def test_sources_receive_nothing(self, run_course, make_paper):
        trajectory = run_course(make_paper(transfer=RandomTransfer()), THREE, budget=50, sources=("first", "third"))
        assert {(t.task, t.proposal.source_task) for t in migrants(trajectory.trials)} == {
            ("second", "first"),
            ("second", "third"),
        }
        assert trajectory.states[-1].skipped["first"] == trajectory.states[-1].skipped["third"] == 0
        assert trajectory.states[-1].outcomes["first"] == ()

    def test_a_source_is_searched_as_if_it_were_alone(self, run_course, make_paper):
        together = run_course(make_paper(), ("first", "second"), sources=("first",))
        alone = run_course(make_paper(), ("first",))
        assert [t.genotype for t in together.trials if t.task == "first"] == [t.genotype for t in alone.trials]

    @pytest.mark.parametrize("names", [("first", "second"), THREE])
    def test_every_task_receives_from_every_other(self, run_course, make_paper, names):
        trajectory = run_course(make_paper(transfer=RandomTransfer()), names, budget=60)
        pairs = {(t.task, t.proposal.source_task) for t in migrants(trajectory.trials)}
        assert pairs == {(target, source) for target in names for source in names if target != source}

    def test_a_task_that_has_ended_remains_a_donor(self, run_course, make_paper):
        trajectory = run_course(make_paper(transfer=RandomTransfer()), budget=60, stop_at={"first": 300.0})
        ended = next(
            i for i, told in enumerate(trajectory.told) for t in told if t.task == "first" and t.fitness >= 300
        )
        after = [t for told in trajectory.told[ended + 1 :] for t in told]
        assert {t.task for t in after} == {"second"}
        assert any(t.proposal.source_task == "first" for t in after)
        assert trajectory.result.tasks["second"].evaluations == 60

    def test_an_architecture_in_two_donors_populations_moves_once(self, run_course, make_paper):
        trajectory = run_course(make_paper(transfer=RandomTransfer(), migrants=12), THREE, budget=80)
        for asked in trajectory.asked:
            moved = [(p.task, p.genotype) for p in asked if p.source_task is not None]
            assert len(set(moved)) == len(moved)


class TestSkipped:
    class Refusing:
        name = "refusing"

        def migrants(self, candidates, count, rng):
            return ()

    def test_generations_without_a_migrant_are_counted(self, run_course, make_paper):
        trajectory = run_course(make_paper(transfer=self.Refusing()), budget=6 + 4 * 6)
        assert trajectory.states[-1].skipped == {"first": 4, "second": 4}
        assert trajectory.result.tasks["first"].transfers.skipped_generations == 4

    def test_a_task_that_has_ended_skips_no_more(self, run_course, make_paper):
        trajectory = run_course(make_paper(transfer=self.Refusing()), budget=36, stop_at={"first": -1000.0})
        assert trajectory.states[-1].skipped == {"first": 0, "second": 5}

    def test_without_a_transfer_nothing_is_skipped(self, run_course, make_paper):
        trajectory = run_course(make_paper(transfer=NoTransfer()))
        assert trajectory.result.tasks["first"].transfers.skipped_generations == 0

    def test_the_transfer_learns_to_refuse(self, run_course, make_paper):
        # with negatives kept for good and no exploration, tasks that oppose each other stop exchanging
        def opposed(task, genotype):
            value = float(sum(4**i * g for i, g in enumerate(genotype)))
            return Evaluation(value if task == "first" else -value)

        gate = TransferRank(window=100, exploration=0.0)
        moved = [
            sum(
                task.transfers.proposed
                for task in run_course(make_paper(transfer=t), budget=90, answer=answer).result.tasks.values()
            )
            for t, answer in ((gate, opposed), (RandomTransfer(), opposed))
        ]
        assert moved[0] < 0.7 * moved[1]


class TestFailures:
    def test_everything_fails(self, run_course, make_paper):
        trajectory = run_course(make_paper(), budget=30, answer=lambda task, genotype: Evaluation.failed("diverged"))
        for task in trajectory.result.tasks.values():
            assert (task.evaluations, task.failed, task.best, task.transfers.proposed) == (30, 30, None, 0)
        assert not any(trial.repeat for trial in trajectory.trials)

    def test_failed_trials_are_neither_members_nor_parents_nor_migrants(self, run_course, make_paper, answer):
        def often_failing(task, genotype):
            return Evaluation.failed("diverged") if sum(genotype) % 3 == 0 else answer(task, genotype)

        trajectory = run_course(make_paper(transfer=RandomTransfer()), budget=60, answer=often_failing)
        failed = {(t.task, t.genotype) for t in trajectory.trials if t.fitness is None}
        assert failed
        for task, population in trajectory.states[-1].populations.items():
            assert not failed & {(task, t.genotype) for t in population}
        assert not failed & {(t.proposal.source_task, t.genotype) for t in migrants(trajectory.trials)}
        assert not failed & {(t.task, parent) for t in trajectory.trials for parent in t.proposal.parents}
        assert trajectory.states[-1].outcomes["first"] == labels_from_scratch(trajectory.trials, "first", 6, 0.2)

    def test_one_task_fails_and_the_other_goes_on(self, run_course, make_paper, answer):
        def half(task, genotype):
            return Evaluation.failed("diverged") if task == "second" else answer(task, genotype)

        trajectory = run_course(make_paper(transfer=RandomTransfer()), budget=40, answer=half)
        assert trajectory.result.tasks["first"].transfers.proposed == 0  # nothing to donate
        assert trajectory.result.tasks["second"].transfers.proposed > 0
        assert trajectory.result.tasks["second"].transfers.positive == 0
        assert trajectory.result.tasks["first"].evaluations == 40

    @pytest.mark.parametrize("pool", [Offspring(per_evaluation=3), WholeSpace()])
    def test_a_surrogate_copes_with_a_task_of_which_nothing_is_known(self, run_course, make_paper, answer, pool):
        def half(task, genotype):
            return Evaluation.failed("diverged") if task == "second" else answer(task, genotype)

        search = make_paper(screening=SurrogateScreening(Ridge()), pool=pool, transfer=NoTransfer())
        assert run_course(search, budget=30, answer=half).result.tasks["second"].failed == 30


class TestBudgets:
    @pytest.mark.parametrize("budget", [1, 5, 6, 7, 9, 10, 14, 15])
    def test_is_used_up_exactly_wherever_it_ends(self, run_course, make_paper, budget):
        trajectory = run_course(make_paper(), THREE, budget=budget)
        assert [trajectory.result.tasks[task].evaluations for task in THREE] == [budget] * 3

    @pytest.mark.slow
    def test_the_whole_space(self, run_course, make_paper):
        trajectory = run_course(make_paper(), ("first", "third"), budget=1024)
        for task in ("first", "third"):
            assert len({t.genotype for t in trajectory.trials if t.task == task}) == 1024
            assert not trajectory.result.tasks[task].exhausted

    def test_a_longer_budget_begins_like_a_shorter_one(self, run_course, make_paper):
        # the last generation may know that it is the last; everything before must not
        short, long = (run_course(make_paper(), budget=budget) for budget in (24, 60))
        whole = [t for told in short.told[:-2] for t in told]
        assert len(whole) >= 30
        assert long.trials[: len(whole)] == whole


class TestPurity:
    def test_state_before_an_answer_stays_as_it_was(self, run_course, make_paper):
        def contents(state):
            return (
                tuple(state.history), state.generation, state.breeding, dict(state.current), dict(state.populations),
                dict(state.outcomes), dict(state.skipped),
            )  # fmt: skip

        search = make_paper()
        trajectory = run_course(search)
        state = trajectory.states[0]
        for told, recorded in zip(trajectory.told, trajectory.states[1:], strict=True):
            before = contents(state)
            after = search.tell(state, told)
            assert contents(state) == before
            assert contents(after) == contents(recorded)
            state = after

    def test_two_futures_of_one_state(self, run_course, make_paper):
        search = make_paper()
        trajectory = run_course(search)
        state = trajectory.states[3]
        worse = [Trial(t.generation, t.proposal, Evaluation(-1e3)) for t in trajectory.told[3]]
        other = search.tell(state, worse)
        same = search.tell(state, trajectory.told[3])
        assert tuple(same.history) == tuple(trajectory.states[4].history)
        assert tuple(other.history) == (*state.history, *worse)


class TestAblations:
    def test_arms_share_their_random_numbers(self, run_course, make_paper):
        arms = [
            run_course(make_paper(**part), THREE, seed=5)
            for part in (
                {},
                {"transfer": NoTransfer()},
                {"screening": SurrogateScreening(Ridge())},
                {"pool": WholeSpace()},
            )
        ]
        assert all(arm.asked[0] == arms[0].asked[0] for arm in arms)
        assert len({tuple(p.genotype for asked in arm.asked for p in asked) for arm in arms}) == 4

    def test_seeds_and_tasks_draw_differently(self, run_course, make_paper):
        trajectories = [run_course(make_paper(), seed=seed) for seed in (0, 1)]
        drawn = [
            tuple(p.genotype for p in c.asked[0] if p.task == task)
            for c in trajectories
            for task in ("first", "second")
        ]
        assert len(set(drawn)) == 4

    def test_screening_finds_better_ones_than_no_screening(self, run_course, make_paper):
        plain, screened = (
            sum(
                run_course(search, ("third",), budget=24, seed=seed).result.tasks["third"].best.fitness
                for seed in range(5)
            )
            for search in (
                make_paper(),
                make_paper(screening=SurrogateScreening(Ridge()), pool=Offspring(per_evaluation=10)),
            )
        )
        assert screened > plain

    def test_no_migrants(self, run_course, make_paper):
        trajectory = run_course(make_paper(migrants=0, transfer=RandomTransfer()))
        assert migrants(trajectory.trials) == []


def test_the_store_is_no_part_of_the_configuration(run_course, make_paper):
    class Store(dict):
        def put(self, key, arrays):
            self[key] = arrays

        def reject(self, key, reason):
            raise AssertionError(reason)

    store = Store()
    kept = make_paper(store=store)
    assert kept == make_paper()
    assert repr(kept) == repr(make_paper())
    anew, stored = run_course(make_paper()), [run_course(kept) for _ in range(2)]
    assert len(store) == 1
    assert all(trajectory.trials == anew.trials for trajectory in stored)


@dataclass(frozen=True)
class BySum:
    """Ranks every architecture by the sum of its genotype, whatever has been seen."""

    def fit(self, evidence, embedder, rng):
        return self

    def scores(self, candidates):
        return {task: np.array([float(sum(g)) for g in genotypes]) for task, genotypes in candidates.items()}


class TestPromise:
    def searched(self, run_course, make_paper, promise):
        parts = {"screening": BySum(), "transfer": RandomTransfer(), "offspring": 2, "promise": promise}
        return run_course(make_paper(pool=Offspring(per_evaluation=4), **parts))

    def test_only_candidates_as_promising_as_the_pool_move(self, run_course, make_paper):
        free = self.searched(run_course, make_paper, 0.0)
        gated = self.searched(run_course, make_paper, 1.0)
        everyone, promising = ([sum(t.genotype) for t in migrants(trajectory.trials)] for trajectory in (free, gated))
        assert 0 < len(promising) < len(everyone)
        assert np.mean(promising) > np.mean(everyone)

    def test_nothing_moves_that_nothing_can_match(self, run_course, make_paper):
        assert migrants(self.searched(run_course, make_paper, 1e6).trials) == []


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"population": 0}, "population and offspring must be at least 1"),
        ({"offspring": 0}, "population and offspring must be at least 1"),
        ({"migrants": -1}, "migrants and promise at least 0"),
        ({"promise": -0.1}, "migrants and promise at least 0"),
        ({"ratio": 0.0}, "ratio must be above 0"),
        ({"ratio": 1.01}, "at most 1; got 1.01"),
    ],
)
def test_refuses(make_paper, part, said):
    with pytest.raises(ConfigurationError, match=said):
        make_paper(**part)


def test_the_screening_is_told_how_many_evaluations_are_left(run_course, make_paper):
    told = []

    class Listening(SurrogateScreening):
        def fit(self, evidence, embedder, rng):
            told.append({task: (len(seen.genotypes), seen.remaining) for task, seen in evidence.items()})
            return super().fit(evidence, embedder, rng)

    run_course(make_paper(screening=Listening(Ridge()), transfer=NoTransfer()), budget=20)
    assert len(told) > 1
    assert all(count + remaining == 20 for fit in told for count, remaining in fit.values())


def test_a_screening_chooses_from_the_whole_space_and_without_one_offspring_are_evaluated_as_bred():
    screened = ktnas_paper().with_screening(SurrogateScreening(Ridge()))
    assert (screened.screening, screened.pool) == (SurrogateScreening(Ridge()), WholeSpace())
    assert screened.with_screening(NoScreening()).pool == Offspring()


def test_a_proxy_chooses_offspring_or_is_a_feature_of_the_screening():
    bare = ktnas_paper().with_proxy(Parameters())
    assert (bare.pool, bare.embedder) == (ProxyScreening(Parameters()), ktnas_paper().embedder)
    screened = ktnas().with_proxy(Parameters())
    assert (screened.pool, screened.embedder.parts[-1]) == (ktnas().pool, ProxyFeatures((Parameters(),)))
