import contextlib
import warnings

import pytest
import torch
from torch import nn

from ktnas.datasets.objectives import Classification
from ktnas.training.engine.seeding import seeded
from ktnas.training.engine.step import EagerStep, RecordedStep
from ktnas.training.recipe import Recipe

CPU = torch.device("cpu")
PLAIN = Recipe(learning_rate=0.5, momentum=0.0, weight_decay=0.0, gradient_clip=0.0)


class Linear(nn.Module):
    """Two logits of one number, by one weight each; the auxiliary head is three times the first."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([0.0, 0.0]))

    def forward(self, images):
        return images.flatten(1) * self.weight

    def with_auxiliary(self, images):
        return self(images), 3 * self(images)


def stepped(recipe, steps=1, rate=0.5):
    """The weights after steps on one image of value 1 and class 0."""
    network = Linear()
    step = EagerStep(network, Classification(2), recipe, CPU)
    step.set_rate(rate)
    for _ in range(steps):
        value = step(torch.ones(1, 1, 1, 1), torch.tensor([0]))
    return network.weight.detach(), float(value)


def replaced(**options):
    fields = {"learning_rate": 0.5, "momentum": 0.0, "weight_decay": 0.0, "gradient_clip": 0.0}
    return Recipe(**{**fields, **options})


def test_one_step_by_hand():
    """The gradient of cross entropy at equal logits is (-1/2, 1/2)."""
    weight, value = stepped(PLAIN)
    assert weight.tolist() == pytest.approx([0.25, -0.25])
    assert value == pytest.approx(0.693147, abs=1e-5)


def test_the_rate_can_change():
    assert stepped(PLAIN, rate=0.1)[0].tolist() == pytest.approx([0.05, -0.05])


def test_nesterov_momentum():
    """First step of Nesterov: gradient plus momentum times gradient."""
    assert stepped(replaced(momentum=0.5))[0].tolist() == pytest.approx([0.375, -0.375])


def test_gradients_are_clipped_to_a_norm():
    length = float(stepped(replaced(gradient_clip=0.1))[0].norm())
    assert length == pytest.approx(0.05, rel=1e-4)


def test_weights_decay():
    """Logits stay equal to an unpenalised step at zero weights, and are pulled back in the second."""
    plain, decayed = (stepped(replaced(weight_decay=decay), steps=2)[0] for decay in (0.0, 0.1))
    assert (plain - decayed).tolist() == pytest.approx([0.0125, -0.0125], rel=1e-4)


def test_labels_are_smoothed():
    """The gradient is softmax minus the smoothed label: 1/2 - 0.9."""
    assert stepped(replaced(label_smoothing=0.2))[0].tolist() == pytest.approx([0.2, -0.2])


def test_the_auxiliary_loss_counts_by_its_weight():
    assert stepped(replaced(auxiliary=0.4))[0].tolist() == pytest.approx([0.25 * (1 + 3 * 0.4), -0.25 * (1 + 3 * 0.4)])


def test_a_network_without_auxiliary_head_ignores_its_weight():
    network = seeded(lambda: nn.Sequential(nn.Flatten(), nn.Linear(1, 2)), 0)
    EagerStep(network, Classification(2), replaced(auxiliary=0.4), CPU)(torch.ones(1, 1, 1, 1), torch.tensor([0]))


def test_parameters_may_join_later():
    class Growing(Linear):
        def __init__(self):
            super().__init__()
            self.bias, self.calls = nn.Parameter(torch.zeros(2)), 0

        def forward(self, images):
            self.calls += 1
            return super().forward(images) + (self.bias if self.calls > 1 else 0)

    network = Growing()
    step = EagerStep(network, Classification(2), replaced(momentum=0.5), CPU)
    step.set_rate(0.5)
    step(torch.ones(1, 1, 1, 1), torch.tensor([0]))
    assert network.bias.tolist() == [0, 0]
    step(torch.ones(1, 1, 1, 1), torch.tensor([0]))
    assert network.bias[0] > 0 > network.bias[1]


def test_parameters_that_are_frozen_stay():
    network = nn.Sequential(nn.Flatten(), nn.Linear(1, 2))
    network[1].bias.requires_grad_(False)
    before = network[1].bias.clone()
    step = EagerStep(network, Classification(2), replaced(weight_decay=0.5), CPU)
    step.set_rate(0.5)
    step(torch.ones(1, 1, 1, 1), torch.tensor([0]))
    assert torch.equal(before, network[1].bias)


class FakeGraph:
    """Stands in for a CUDA graph: what is recorded is called again by a replay."""

    def __init__(self):
        self.replays = 0

    def replay(self):
        self.replays += 1
        FakeGraph.last = self


class Counting:
    """Stands in for the eager step."""

    def __init__(self):
        self.calls = 0

    def __call__(self, images, targets):
        self.calls += 1
        self.images = images
        return images.sum()


@pytest.fixture
def cuda(monkeypatch):
    """A CUDA that records by calling, so that the order of things can be tested without a GPU."""
    log = []

    @contextlib.contextmanager
    def record(graph, stream, capture_error_mode):
        log.append("record")
        yield

    monkeypatch.setattr(torch.cuda, "CUDAGraph", FakeGraph)
    monkeypatch.setattr(torch.cuda, "graph", record)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: None)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: log.append("synchronize"))
    return log


def batch(value):
    return torch.full((2, 1, 1, 1), float(value)), torch.tensor([0, 1])


def test_the_first_steps_are_eager_then_one_is_recorded_and_replayed(cuda):
    eager = Counting()
    step = RecordedStep(eager)
    for value in range(6):
        step(*batch(value))
    assert cuda == ["record"]
    assert eager.calls == 3 + 1  # recording calls it once, and computes nothing on a GPU
    assert FakeGraph.last.replays == 3
    assert eager.images.flatten().tolist() == [5.0, 5.0]  # the last batch was copied to where the graph reads


def test_recording_anew_when_a_constant_has_changed(cuda):
    step = RecordedStep(Counting())
    for value in range(5):
        step(*batch(value))
    step.forget()
    step(*batch(0))
    assert cuda == ["record", "record"]


def test_a_failed_recording_is_told_and_training_goes_on(cuda):
    class Unrecordable(Counting):
        def __call__(self, images, targets):
            if cuda[-1:] == ["record"]:
                raise RuntimeError("operation not permitted when stream is capturing")
            return super().__call__(images, targets)

    eager = Unrecordable()
    step = RecordedStep(eager)
    for value in range(3):
        step(*batch(value))
    with pytest.warns(UserWarning, match="could not be recorded as a CUDA graph: operation not permitted"):
        step(*batch(3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        step(*batch(4))
    assert cuda == ["record", "synchronize"]
    assert eager.calls == 5
    assert not step.recordable


def test_memory_that_runs_out_while_recording_is_no_failed_recording(cuda):
    class Hungry(Counting):
        def __call__(self, images, targets):
            if cuda:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super().__call__(images, targets)

    step = RecordedStep(Hungry())
    for value in range(3):
        step(*batch(value))
    with pytest.raises(torch.OutOfMemoryError):
        step(*batch(3))
