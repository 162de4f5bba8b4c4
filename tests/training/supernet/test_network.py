import numpy as np
import pytest
import torch
from torch import nn

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.objectives import Autoencoding, Classification, Jigsaw, Regression
from ktnas.errors import ArchitectureError, ConfigurationError
from ktnas.rng import Streams
from ktnas.spaces.base import ListedSpace
from ktnas.spaces.categorical import Categorical
from ktnas.spaces.darts import DARTS, EMT_NAS
from ktnas.spaces.nasbench201 import EDGES, OPERATIONS, NASBench201
from ktnas.spaces.operators import sample
from ktnas.training.engine.on_device import put
from ktnas.training.engine.seeding import generator, seeded
from ktnas.training.networks.network import Size
from ktnas.training.networks.operations import DropPath
from ktnas.training.recipe import Recipe
from ktnas.training.supernet.network import RandomPaths, Supernet, calibrate, score, train_supernet

CPU = torch.device("cpu")
SHAPE = (9, 9, 3)
SIZE = Size(2, 3)
SPACES = pytest.mark.parametrize("space", [NASBench201(), DARTS(), EMT_NAS], ids=lambda space: space.name)


def supernet(space, objective=None, size=SIZE, seed=0):
    return seeded(lambda: Supernet(space, objective or Classification(3), SHAPE, size), seed)


def drawn(space, count, seed=0):
    rng = Streams(seed).rng("test")
    return [sample(space, rng) for _ in range(count)]


def covering(space):
    """Architectures that together have every operation on every edge or between every two nodes."""
    if isinstance(space, NASBench201):
        return [(value,) * len(EDGES) for value in range(1, len(OPERATIONS))]
    found = []
    for shift in range(space.blocks + 1):
        for value in range(len(space.operations)):
            pairs = [((shift + i) % (block + 2), value) for block in range(space.blocks) for i in (0, 1)]
            found.append(space.normalize(tuple(gene for pair in pairs for gene in pair) * 2))
    return found


def images(count=4):
    return torch.randn(count, 3, *SHAPE[:2], generator=generator(0, "images"))


@pytest.fixture(scope="module")
def dataset():
    """Which channel of noise is the brightest: three classes."""
    rng = np.random.default_rng(0)

    def split(count):
        labels = rng.integers(3, size=count)
        pixels = rng.integers(0, 100, size=(count, *SHAPE))
        pixels[np.arange(count), :, :, labels] += 100
        return Split(pixels.astype(np.uint8), labels)

    return Dataset("channels", Classification(3), split(48), split(30))


RECIPE = Recipe(epochs=2, batch_size=16, padding=0)


class TestAPath:
    @SPACES
    @pytest.mark.parametrize(
        "objective",
        [Regression(2), Jigsaw(4), Autoencoding()],
        ids=lambda objective: type(objective).__name__,
    )
    def test_is_the_network_of_its_own_that_has_its_weights(self, space, objective):
        shared = supernet(space, objective)
        for genotype in drawn(space, 2):
            assert torch.equal(shared(images(), genotype), shared.inherited(genotype).train()(images()))

    @SPACES
    @pytest.mark.parametrize("cells", [1, 2, 4])
    def test_is_it_at_any_depth(self, space, cells):
        shared = supernet(space, size=Size(2, cells))
        for genotype in drawn(space, 3):
            assert torch.equal(shared(images(), genotype), shared.inherited(genotype).train()(images()))

    @SPACES
    def test_alone_gets_gradients(self, space):
        """As many weights as its own network has; no operation is twice in a block, where it would be shared."""
        shared, genotype = supernet(space), covering(space)[0]
        torch.autograd.backward(shared(images(), genotype).square().sum())
        alone = shared.inherited(genotype).train()
        torch.autograd.backward(alone(images()).square().sum())
        got = sum(weight.numel() for weight in shared.parameters() if weight.grad is not None)
        assert got == sum(weight.numel() for weight in alone.parameters() if weight.grad is not None)
        assert got < sum(weight.numel() for weight in shared.parameters()) / 2

    def test_a_cell_without_any_path_trains_what_is_left(self):
        shared = supernet(NASBench201())
        assert shared(images(), (0,) * 6).shape == (4, 3)

    def test_both_operands_of_a_block_may_be_the_same_operation(self):
        """Then they share their weights, and the block is twice one of them."""
        genotype = (0, 0) * 2 * EMT_NAS.blocks * 2
        shared = supernet(EMT_NAS)
        state = shared.inherited(genotype).state_dict()
        assert torch.equal(
            state["encoder.0.cells.0.operations.0.0.1.weight"], state["encoder.0.cells.0.operations.1.0.1.weight"]
        )

    @SPACES
    def test_inheriting_draws_no_random_numbers(self, space):
        shared, genotype = supernet(space), drawn(space, 1)[0]
        before = torch.get_rng_state()
        shared.inherited(genotype)
        assert torch.equal(torch.get_rng_state(), before)

    @SPACES
    def test_drop_path_reaches_every_operation(self, space):
        shared = supernet(space)
        shared.drop_path = 0.25
        kept = [float(module.keep) for module in shared.modules() if isinstance(module, DropPath)]
        assert kept
        assert set(kept) == {0.75}
        assert shared.drop_path == 0.25


class TestTheWhole:
    def test_holds_every_operation_of_every_edge(self):
        cells = [module for module in supernet(NASBench201()).modules() if type(module).__name__ == "SharedEdgeCell"]
        wanted = {f"{start}-{stop}-{name}" for start, stop in EDGES for name in OPERATIONS if name != "none"}
        assert len(cells) == 3 * SIZE.cells
        assert all(set(cell.operations) == wanted for cell in cells)

    @pytest.mark.parametrize("space", [DARTS(), EMT_NAS], ids=lambda space: space.name)
    def test_holds_every_operation_between_every_two_nodes(self, space):
        cells = [module for module in supernet(space).modules() if type(module).__name__ == "SharedCell"]
        wanted = {
            f"{block}-{node}-{name}"
            for block in range(space.blocks)
            for node in range(block + 2)
            for name in space.operations
        }
        assert len(cells) == SIZE.cells
        assert all(set(cell.operations) == wanted for cell in cells)

    @pytest.mark.slow
    @SPACES
    def test_every_weight_lies_on_the_path_of_an_architecture(self, space):
        shared = supernet(space)
        for genotype in covering(space):
            torch.autograd.backward(shared(images(2), genotype).sum())
        assert [name for name, weight in shared.named_parameters() if weight.grad is None] == []

    def test_draws_and_refuses_by_the_listed_part_of_a_space(self):
        listed = ListedSpace(NASBench201(), ((1,) * 6, (3,) * 6))
        shared = supernet(listed)
        assert shared(images(), (3,) * 6).shape == (4, 3)
        with pytest.raises(ArchitectureError, match="is no architecture of 'nasbench201'"):
            shared(images(), (2,) * 6)

    def test_refuses_other_spaces(self):
        with pytest.raises(
            ConfigurationError, match=r"'categorical' has no supernet: use nasbench201, darts or emt-nas"
        ):
            supernet(Categorical((2, 2)))

    def test_refuses_an_auxiliary_head(self):
        with pytest.raises(ConfigurationError, match="no auxiliary head"):
            supernet(DARTS(), size=Size(2, 3, auxiliary=True))


class TestTraining:
    @SPACES
    def test_is_the_same_to_the_bit_again(self, space, dataset):
        states = []
        for _ in range(2):
            shared = supernet(space, size=Size(2, 1))
            train_supernet(shared, dataset, RECIPE, device=CPU, seed=5)
            states.append(shared.state_dict())
        assert all(torch.equal(value, states[1][name]) for name, value in states[0].items())

    def test_another_seed_draws_other_architectures(self):
        paths = [RandomPaths(supernet(NASBench201()), Streams(seed).rng("supernet paths")) for seed in (0, 1)]
        outputs = [path.train()(images()) for path in paths]
        assert not torch.equal(*outputs)

    def test_each_batch_sees_another_architecture_and_evaluation_the_last(self):
        paths = RandomPaths(supernet(NASBench201()), Streams(0).rng("paths")).train()
        first, second = paths(images()), paths(images())
        assert not torch.equal(first, second)
        paths.eval()
        assert torch.equal(paths(images()), second)
        assert torch.equal(paths(images()), second)

    def test_all_architectures_are_as_likely(self, monkeypatch):
        """Each operation of each edge: 1,000 draws, a fifth each, within five standard deviations."""
        paths = RandomPaths(supernet(NASBench201(), size=Size(2, 1)), Streams(0).rng("paths")).train()
        asked = []
        monkeypatch.setattr(paths.supernet, "forward", lambda _, genotype: asked.append(genotype))
        for _ in range(1000):
            paths(images(1))
        counts = np.array([[np.sum(column == value) for value in range(5)] for column in np.array(asked).T])
        assert counts.min() > 200 - 5 * 160**0.5
        assert counts.max() < 200 + 5 * 160**0.5

    def test_what_no_path_has_stays_as_it_is(self, dataset):
        """Also without weight decay: momentum and decay move only what a step has used."""
        listed = ListedSpace(NASBench201(), ((3,) * 6,))
        shared, before = supernet(listed), supernet(listed).state_dict()
        train_supernet(shared, dataset, RECIPE, device=CPU, seed=0)
        for name, value in shared.state_dict().items():
            unused = "nor_conv_1x1" in name
            assert torch.equal(value, before[name]) == unused, name

    def test_weights_that_join_later_learn_with_momentum(self, dataset):
        """Path by path, in an order in which the second brings weights that the first has not."""
        shared = supernet(ListedSpace(NASBench201(), ((2,) * 6, (3,) * 6)))
        before = {name: value.clone() for name, value in shared.state_dict().items()}
        train_supernet(shared, dataset, RECIPE, device=CPU, seed=0)
        assert not any(torch.equal(v, before[n]) for n, v in shared.state_dict().items() if "nor_conv" in n)


class TestScore:
    @SPACES
    def test_leaves_the_supernet_alone_and_repeats(self, space, dataset):
        shared, data = supernet(space), put(dataset, RECIPE, CPU)
        before = {name: value.clone() for name, value in shared.state_dict().items()}
        genotypes = drawn(space, 2)
        first = [score(shared, genotype, data, RECIPE) for genotype in genotypes]
        assert [score(shared, genotype, data, RECIPE) for genotype in reversed(genotypes)] == first[::-1]
        assert all(torch.equal(value, before[name]) for name, value in shared.state_dict().items())

    def test_a_trained_supernet_knows_more_than_chance(self, dataset):
        recipe = Recipe(epochs=8, batch_size=16, padding=0)
        shared, data = supernet(NASBench201(), size=Size(4, 1)), put(dataset, recipe, CPU)
        before = score(shared, (1,) * 6, data, recipe)
        train_supernet(shared, data, recipe, device=CPU, seed=0)
        assert before["accuracy"] < 70 < 90 < score(shared, (1,) * 6, data, recipe)["accuracy"]

    def test_statistics_are_the_mean_of_the_first_batches(self, dataset):
        """A single normalization, by hand: mean and unbiased variance, averaged over batches of training images."""
        data = put(dataset, RECIPE, CPU)
        norm = nn.BatchNorm2d(3)
        calibrate(norm, data.train, RECIPE, batches=2)
        batches = [data.train.inputs(data.train.images[i : i + 16]) for i in (0, 16)]
        mean = torch.stack([batch.mean((0, 2, 3)) for batch in batches]).mean(0)
        variance = torch.stack([batch.var((0, 2, 3)) for batch in batches]).mean(0)
        assert torch.allclose(norm.running_mean, mean, atol=1e-5)
        assert torch.allclose(norm.running_var, variance, atol=1e-5)
        assert not norm.training

    def test_fewer_images_than_a_batch_are_a_smaller_one(self, dataset):
        data = put(dataset, RECIPE, CPU)
        norm = nn.BatchNorm2d(3)
        calibrate(norm, data.train, Recipe(batch_size=100))
        assert torch.allclose(norm.running_mean, data.train.inputs(data.train.images).mean((0, 2, 3)), atol=1e-5)
