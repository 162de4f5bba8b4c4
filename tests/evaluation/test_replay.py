"""Evaluations recalled from a record are not asked for again."""

from ktnas.evaluation.replay import recalling
from ktnas.problem.trial import Evaluation, History

ANSWER = Evaluation(0.1, 2.5, {"loss": 1 / 3})


class Asked:
    def __init__(self):
        self.calls, self.expected = [], []

    def __call__(self, task, genotype):
        self.calls.append((task, genotype))
        return Evaluation(9.0)


class AskedInBatches(Asked):
    def expect(self, questions, history):
        self.expected.append((list(questions), history))


def test_what_is_known_is_not_asked():
    evaluate = Asked()
    recalled = recalling({("a", (0,)): ANSWER}, evaluate)
    assert recalled("a", (0,)) == ANSWER
    assert recalled("b", (0,)).fitness == 9.0
    assert evaluate.calls == [("b", (0,))]
    recalled.expect([("b", (0,))], History())  # one that takes no batches is not told of any


def test_nor_is_it_announced():
    evaluate, history = AskedInBatches(), History()
    recalled = recalling({("a", (0,)): ANSWER}, evaluate)
    recalled.expect([("a", (0,)), ("a", (1,))], history)
    assert evaluate.expected == [([("a", (1,))], history)]


def test_with_nothing_known_nothing_is_in_between():
    evaluate = Asked()
    assert recalling({}, evaluate) is evaluate
