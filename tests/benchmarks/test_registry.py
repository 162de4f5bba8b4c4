import pytest

from ktnas.benchmarks import registry as lookup
from ktnas.benchmarks.registry import find_benchmark, inventory, known_benchmarks, load_benchmark
from ktnas.errors import ConfigurationError, DataError, UnknownNameError
from ktnas.files import search_path as data

MICRO = "transnas101_micro.csv.gz"
MACRO = "transnas101_macro.csv.gz"


@pytest.fixture
def only(tmp_path, monkeypatch):
    """A search path of one empty directory."""
    monkeypatch.setattr(data, "search_path", lambda directory=None: (tmp_path,))
    return tmp_path


def test_micro_comes_before_macro():
    names = [source.name for source in known_benchmarks()]
    assert names.index("transnas101-micro") < names.index("transnas101-macro")


def test_names_of_tasks_mean_what_they_meant_before_others_had_them():
    homes = {task: source.name for source in reversed(known_benchmarks()) for task in source.tasks}
    assert homes["normal"] == "transnas101-micro"
    assert {homes[task] for task in ("cora", "citeseer", "pubmed")} == {"nasbench-graph"}
    assert homes["dblp"] == "mdesign-link"


@pytest.mark.table("transnas101-micro")
def test_tasks_find_their_benchmark_in_the_order_asked_for():
    benchmark = find_benchmark(("segmentsemantic", "normal"))
    assert benchmark.name == "transnas101-micro"
    assert [task.name for task in benchmark.tasks] == ["segmentsemantic", "normal"]


def test_the_embedded_benchmark_is_found_by_its_tasks():
    benchmark = find_benchmark(("proteins", "cora"))
    assert benchmark.name == "nasbench-graph"
    assert len(benchmark.genotypes) == 2_021


def test_unknown_tasks_list_all_and_the_nearest():
    with pytest.raises(UnknownNameError, match=r"unknown task 'norml'; did you mean 'normal'\? Known: cifar10, .*cora"):
        find_benchmark(("segmentsemantic", "norml"))


def test_tasks_of_different_benchmarks_say_where_each_belongs():
    with pytest.raises(
        ConfigurationError, match=r"cora is of nasbench-graph and mdesign-link; jigsaw is of transnas101-micro and "
    ):
        find_benchmark(("cora", "jigsaw"))


def test_an_unknown_benchmark_and_a_task_of_another_are_errors():
    with pytest.raises(UnknownNameError, match=r"unknown benchmark 'nasbench301'; did you mean 'nasbench201'\?"):
        load_benchmark("nasbench301")
    with pytest.raises(UnknownNameError, match="unknown task 'cora' of nasbench201"):
        load_benchmark("nasbench201", ("cora",))


def test_missing_data_say_how_to_get_them(only):
    with pytest.raises(DataError, match=rf"{MICRO} was not found in any of: .*--data or KTNAS_DATA"):
        load_benchmark("transnas101-micro", ("normal",))
    with pytest.raises(DataError, match=r"nasbench201\.csv\.gz was not found in any of"):
        find_benchmark(("cifar10",))


def test_rendered_scenes_stand_in_for_micro_and_say_so(only):
    (only / MACRO).write_text("arch_str\n")  # does not stand in: its networks are of another space
    benchmark = find_benchmark(("segmentsemantic", "normal"))
    assert benchmark.name == "scenes"
    assert [task.name for task in benchmark.tasks] == ["segmentsemantic", "normal"]
    told, *_ = benchmark.notes
    assert "TransNAS-Bench-101 (transnas101-micro)" in told
    assert "`scenes` is searched" in told
    assert not any("TransNAS" in note for note in load_benchmark("scenes").notes)


def test_a_benchmark_of_another_space_does_not_stand_in_silently(only, monkeypatch):
    (only / MACRO).write_text("arch_str\n")
    known = tuple(source for source in known_benchmarks() if source.name != "scenes")
    monkeypatch.setattr(lookup, "known_benchmarks", lambda: known)
    with pytest.raises(DataError, match="transnas101-macro has the same tasks and is here: choose it by name"):
        find_benchmark(("normal",))


@pytest.mark.parametrize("source", known_benchmarks(), ids=lambda source: source.name)
def test_inventory_counts_what_is_there(source):
    entry = next(entry for entry in inventory() if entry.name == source.name)
    if entry.path is None:
        pytest.skip(f"{source.name} is not on the data search path")
    benchmark = load_benchmark(source.name, source.tasks[:1])
    assert entry.found
    assert entry.hint == entry.problem == ""
    assert entry.architectures == len(benchmark.genotypes)
    assert len(benchmark.genotypes) == source.size or source.name == "scenes"  # of which part is measured
    assert entry.tasks == tuple(task.name for task in load_benchmark(source.name).tasks)


def test_inventory_says_what_is_missing_or_damaged(only):
    (only / MICRO).write_bytes(b"\x1f\x8b")
    entries = {entry.name: entry for entry in inventory()}
    missing, damaged = entries["nasbench201"], entries["transnas101-micro"]
    assert (missing.found, missing.path, missing.architectures) == (False, None, 15_625)
    assert "--data" in missing.hint
    assert (damaged.found, damaged.path) == (False, only / MICRO)
    assert "truncated gzip" in damaged.problem
    assert entries["nasbench-graph"].found


def test_inventory_refuses_a_directory_that_does_not_exist(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        inventory(tmp_path / "nowhere")


def test_a_named_directory_comes_first(tmp_path):
    (tmp_path / MICRO).write_text("arch_str\nx\n")
    entry = next(entry for entry in lookup.inventory(tmp_path) if entry.name == "transnas101-micro")
    assert entry.path == tmp_path / MICRO
    assert entry.architectures == 1
