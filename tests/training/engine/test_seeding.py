import torch

from ktnas.training.engine.seeding import fenced, generator, seeded

CPU = torch.device("cpu")


def test_streams_differ_by_seed_and_by_name():
    draws = {
        float(torch.rand((), generator=generator(seed, name))) for seed in (0, 1) for name in ("order", "augmentation")
    }
    assert len(draws) == 4


def test_the_global_generator_is_left_as_it_was():
    before = torch.get_rng_state()
    with fenced(3, "training", CPU):
        inside = torch.rand(2)
    assert torch.equal(before, torch.get_rng_state())
    with fenced(3, "training", CPU):
        assert torch.equal(inside, torch.rand(2))


def test_weights_are_drawn_by_the_seed():
    a, b, c = (seeded(lambda: torch.nn.Linear(3, 3).weight, seed) for seed in (0, 0, 1))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)
