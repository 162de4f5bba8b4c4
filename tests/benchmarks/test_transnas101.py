import numpy as np
import pytest

from ktnas.benchmarks import transnas101 as module
from ktnas.spaces.base import ListedSpace, genotypes
from ktnas.spaces.transnas_macro import TransNASMacro
from ktnas.spaces.transnas_micro import TransNASMicro

MICRO_BEST = (45.586, 54.936, 95.372, -0.6010, 94.613, 0.5873, 0.5772)
MACRO_BEST = (47.422, 57.414, 97.019, -0.5822, 94.858, 0.6435, 0.7488)


@pytest.mark.table("transnas101-micro")
def test_micro_lists_the_whole_space(transnas_micro):
    assert transnas_micro.space == TransNASMicro()
    assert set(transnas_micro.genotypes) == set(genotypes(TransNASMicro()))


@pytest.mark.table("transnas101-macro")
def test_macro_lists_every_network_of_the_space(transnas_macro):
    assert isinstance(transnas_macro.space, ListedSpace)
    assert len(transnas_macro.genotypes) == 3_256
    assert set(transnas_macro.genotypes) == set(genotypes(TransNASMacro()))


@pytest.mark.table("transnas101-micro")
@pytest.mark.parametrize(("task", "best"), list(zip(module.TASKS, MICRO_BEST, strict=True)))
def test_published_optima_of_micro(transnas_micro, task, best):
    assert transnas_micro.best_fitness(task) == pytest.approx(best, abs=5e-4)


@pytest.mark.table("transnas101-macro")
@pytest.mark.parametrize(("task", "best"), list(zip(module.TASKS, MACRO_BEST, strict=True)))
def test_published_optima_of_macro(transnas_macro, task, best):
    assert transnas_macro.best_fitness(task) == pytest.approx(best, abs=5e-4)


@pytest.mark.table("transnas101-micro")
def test_equal_results_share_a_rank(transnas_micro):
    """Upstream trained equivalent cells once: 2,994 distinct results among 4,096 cells."""
    values = np.array([transnas_micro.record(task).fitness for task in module.TASKS])
    assert len(np.unique(values, axis=1).T) == 2_994
    first, second = (0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 1)
    assert transnas_micro.report("normal", first).rank == transnas_micro.report("normal", second).rank


@pytest.mark.table("transnas101-micro")
def test_one_row_by_hand(transnas_micro):
    genotype = TransNASMicro().parse("64-41414-0_00_000")
    assert transnas_micro.evaluate("room_layout", genotype).fitness == -1.094284
    assert transnas_micro.evaluate("segmentsemantic", genotype).fitness == 91.893562
    assert transnas_micro.report("class_object", genotype).metrics == {"params_M": 0.070788, "flops_M": 91.843072}
    assert transnas_micro.label(genotype) == "64-41414-0_00_000"


@pytest.mark.table("transnas101-micro")
@pytest.mark.table("transnas101-macro")
def test_metrics_units_and_the_lack_of_test_metrics_are_said(transnas_micro, transnas_macro):
    for benchmark in (transnas_micro, transnas_macro):
        assert benchmark.notes == ("Validation only: the table has no test metrics.",)
        assert {task.name: (task.metric, task.unit) for task in benchmark.tasks} == {
            "class_object": ("validation top-1 accuracy", "%"),
            "class_scene": ("validation top-1 accuracy", "%"),
            "jigsaw": ("validation top-1 accuracy", "%"),
            "room_layout": ("negative validation loss", ""),
            "segmentsemantic": ("validation pixel accuracy", "%"),
            "normal": ("validation SSIM", ""),
            "autoencoder": ("validation SSIM", ""),
        }
        assert not any(task.minimize for task in benchmark.tasks)
        assert not any(record.metrics for record in benchmark.records)
