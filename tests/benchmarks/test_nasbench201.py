import gzip

import pytest

from ktnas.benchmarks import nasbench201 as module
from ktnas.errors import ArchitectureError, DataError, UnknownNameError
from ktnas.spaces.base import genotypes
from ktnas.spaces.nasbench201 import NASBench201

pytestmark = pytest.mark.table("nasbench201")

BEST_VALIDATION = {"cifar10": 91.6067, "cifar100": 73.4933, "imagenet16": 46.7333}
BEST_TEST = {"cifar10": 94.3733, "cifar100": 73.5133, "imagenet16": 47.3111}
SMALL = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"


def test_it_lists_the_whole_space(nasbench201):
    assert nasbench201.space == NASBench201()
    assert len(nasbench201.genotypes) == 15_625
    assert set(nasbench201.genotypes) == set(genotypes(NASBench201()))
    assert nasbench201.notes == ()


@pytest.mark.parametrize("task", module.TASKS)
def test_published_optima(nasbench201, task):
    assert nasbench201.best_fitness(task) == BEST_VALIDATION[task]
    reports = [nasbench201.report(task, genotype) for genotype in nasbench201.genotypes]
    assert max(report.metrics["test_accuracy"] for report in reports) == BEST_TEST[task]
    assert sum(report.rank == 1 for report in reports) == 1


def test_one_row_by_hand(nasbench201):
    genotype = NASBench201().parse(SMALL)
    evaluation = nasbench201.evaluate("cifar10", genotype)
    assert evaluation.fitness == 81.9827
    assert evaluation.cost_s == pytest.approx(86.6531 * 200 / 12)
    assert evaluation.metrics == {}
    report = nasbench201.report("cifar10", genotype)
    assert report.metrics == {"test_accuracy": 85.8633, "params_M": 0.129306, "flops_M": 15.64737}
    assert nasbench201.evaluate("imagenet16", genotype).fitness == 28.2111
    assert nasbench201.evaluate("imagenet16", genotype).cost_s == 0.0
    assert nasbench201.label(genotype) == SMALL


def test_tasks_say_what_is_measured(nasbench201):
    assert [(t.name, t.metric, t.unit, t.minimize) for t in nasbench201.tasks] == [
        (name, "validation accuracy", "%", False) for name in module.TASKS
    ]


def damaged(tmp_path, header, row):
    with gzip.open(tmp_path / module.FILENAME, "wt") as file:
        file.write(f"{header}\n{row}\n")
    return tmp_path


def test_damaged_tables_have_clear_errors(tmp_path):
    with pytest.raises(UnknownNameError, match="unknown column 'arch_str'"):
        module.load(damaged(tmp_path, "a,b", "1,2"))
    with pytest.raises(ArchitectureError, match="nonsense"):
        module.load(damaged(tmp_path, "arch_str,b", "nonsense,2"))
    (tmp_path / module.FILENAME).write_bytes(gzip.compress(b"arch_str,x\n" * 999)[:-20])
    with pytest.raises(DataError, match="truncated gzip"):
        module.load(tmp_path)


def test_trainings_of_12_epochs_are_searched_and_those_of_200_reported(nasbench201):
    genotype = NASBench201().parse(SMALL)
    cheap = nasbench201.at_fidelity(12)
    assert cheap.evaluate("cifar10", genotype).fitness == 63.364
    assert cheap.evaluate("cifar10", genotype).cost_s == pytest.approx(86.6531)
    assert cheap.report("cifar10", genotype).rank == nasbench201.report("cifar10", genotype).rank
    assert cheap.report("cifar10", genotype).metrics["valid_at_200_epochs"] == 81.9827
    assert {task.metric for task in cheap.tasks} == {"validation accuracy after 12 epochs"}
