import json

import pytest

from ktnas.algorithms.presets import ktnas
from ktnas.algorithms.random_search import RandomSearch
from ktnas.benchmarks.registry import load_benchmark
from ktnas.config.experiment import compose
from ktnas.config.run_options import RunOptions
from ktnas.config.sources import read_sources, with_sources
from ktnas.config.sweep_file import read_sweep
from ktnas.errors import ConfigurationError, DataError
from ktnas.problem.budget import Budget
from ktnas.problem.task import Problem
from ktnas.records.run_directory import RunDirectory
from ktnas.runner.design import Arm, Case, Named, Sweep
from ktnas.runner.experiment import Experiment
from ktnas.runner.session import search_once
from ktnas.runner.sweep import run_sweep
from ktnas.spaces.mdesign import MDesign

LINK, GRAPH = "mdesign-link", "mdesign-graph"
pytestmark = pytest.mark.table(LINK)


def ran(path, *tasks, table=LINK, seed=0, budget=8):
    benchmark = load_benchmark(table, tasks)
    problem = Problem(benchmark.space, benchmark.tasks)
    search_once(Experiment(benchmark, problem, RandomSearch(), Budget(budget)), seed, RunDirectory(path))
    return str(path)


def target(*tasks):
    return load_benchmark(LINK, tasks)


class TestDirectories:
    def test_each_task_of_a_run_is_a_source(self, tmp_path):
        found = read_sources([ran(tmp_path / "a", "cora", "dblp")], target("pubmed"))
        assert [source.name for source in found] == [f"cora of {tmp_path / 'a'}", f"dblp of {tmp_path / 'a'}"]
        assert [source.evaluations for source in found] == [8, 8]
        assert all(source.space == LINK for source in found)

    def test_runs_of_one_task_are_one_source(self, tmp_path):
        places = [ran(tmp_path / "a", "cora"), ran(tmp_path / "b", "cora", seed=1)]
        (found,) = read_sources(places, target("pubmed"))
        assert found.name == f"cora of {tmp_path / 'a'} and 1 more"
        assert 8 < found.evaluations <= 16

    def test_repeats(self, tmp_path):
        for seed in (0, 1):
            ran(tmp_path / f"seed-{seed}", "cora", seed=seed)
        (found,) = read_sources([str(tmp_path)], target("pubmed"))
        assert found.evaluations > 8

    def test_what_was_seen_and_not_what_it_is_called_makes_the_digest(self, tmp_path):
        one, other = (read_sources([ran(tmp_path / name, "cora")], target("pubmed"))[0] for name in "ab")
        assert one.digest == other.digest
        (more,) = read_sources([ran(tmp_path / "c", "cora", budget=9)], target("pubmed"))
        assert more.digest != one.digest

    @pytest.mark.table(GRAPH)
    def test_another_space_that_is_known_by_name(self, tmp_path):
        place = ran(tmp_path / "a", "tu_dd", table=GRAPH)
        (found,) = read_sources([place], target("cora"))
        assert (found.space, found.where) == (GRAPH, MDesign("graph"))

    @pytest.mark.table(GRAPH)
    def test_another_space_is_refused_by_name(self, tmp_path, monkeypatch):
        monkeypatch.setattr("ktnas.config.sources.SPACES", {})
        place = ran(tmp_path / "a", "tu_dd", table=GRAPH)
        with pytest.raises(
            ConfigurationError, match=r"tu_dd of .* of search space 'mdesign-graph', and 'mdesign-link'"
        ):
            read_sources([place], target("cora"))

    def test_nothing_there(self, tmp_path):
        with pytest.raises(DataError, match=r"holds no run: it has neither trials\.jsonl nor"):
            read_sources([str(tmp_path)], target("cora"))

    def test_too_little(self, tmp_path):
        with pytest.raises(ConfigurationError, match=r"at least 5 architectures.*it has 3"):
            read_sources([ran(tmp_path / "a", "dblp", budget=3)], target("cora"))

    def test_a_sweep(self, tmp_path):
        arms = (Arm("random", RandomSearch()), Arm("other", RandomSearch(batch=3)))
        cases = (Case(Named(LINK, ("cora", "dblp")), budget=8), Case(Named(LINK, ("cora",)), budget=9))
        for name, jobs, seeds in (("one", 1, (0, 1)), ("two", 2, (1, 0))):
            assert run_sweep(Sweep(arms, cases, seeds), tmp_path / name, jobs=jobs).finished
        one, two = (read_sources([str(tmp_path / name)], target("pubmed")) for name in ("one", "two"))
        assert {source.task for source in one} == {"cora", "dblp"}
        assert {s.name.partition(" of ")[0]: s.evaluations for s in one if s.task == "dblp"}["dblp"] > 8
        assert [source.digest for source in one] == [source.digest for source in two]

    def test_a_sweep_of_before_evaluations_were_kept(self, tmp_path):
        (tmp_path / "runs.jsonl").write_text("")
        with pytest.raises(DataError, match=r"holds a sweep without evaluated\.jsonl: no run of it has ended, or an"):
            read_sources([str(tmp_path)], target("cora"))

    @pytest.mark.parametrize("damage", ["{", "[]", '{"benchmark": 1}'])
    def test_a_damaged_configuration(self, tmp_path, damage):
        ran(tmp_path / "a", "dblp")
        (tmp_path / "a" / "config.json").write_text(damage)
        with pytest.raises(DataError, match=r"config\.json is damaged"):
            read_sources([str(tmp_path / "a")], target("cora"))

    def test_architectures_of_no_such_space(self, tmp_path):
        ran(tmp_path / "a", "dblp")
        trials = tmp_path / "a" / "trials.jsonl"
        lines = [json.loads(line) for line in trials.read_text().splitlines()]
        for line in lines:
            line.pop("crc32", None)
            line["genotype"] = [99] * len(line["genotype"])
        trials.write_text("".join(json.dumps(line) + "\n" for line in lines))
        with pytest.raises(DataError):
            read_sources([str(tmp_path / "a")], target("cora"))


class TestTables:
    def test_tasks_by_name(self):
        found = read_sources([f"{LINK}:cora,dblp"], target("pubmed"))
        assert [source.name for source in found] == ["cora of table mdesign-link", "dblp of table mdesign-link"]
        assert found[0].evaluations == 1_680

    def test_all_but_what_is_searched(self):
        found = read_sources([LINK], target("pubmed", "cora"))
        assert len(found) == 9
        assert not {"pubmed", "cora"} & {source.task for source in found}

    def test_the_answers_to_what_is_searched_are_refused(self):
        with pytest.raises(ConfigurationError, match="'cora' is searched: its own table holds the answers"):
            read_sources([f"{LINK}:dblp,cora"], target("cora"))

    def test_a_table_of_ones_own(self, tmp_path):
        table = target("cora")
        rows = [f"{table.label(g)},{i % 7}" for i, g in enumerate(table.genotypes[:40])]
        path = tmp_path / "mine.csv"
        path.write_text("arch,loss\n" + "\n".join(rows) + "\n")
        (plain,) = read_sources([f"{path}:loss"], table)
        (turned,) = read_sources([f"{path}:loss"], table, minimize=("loss",))
        assert plain.fitness == tuple(-value for value in turned.fitness)

    def test_columns_of_it_must_be_named(self, tmp_path):
        (tmp_path / "mine.csv").write_text("arch,loss\n")
        with pytest.raises(ConfigurationError, match="name the columns of"):
            read_sources([str(tmp_path / "mine.csv")], target("cora"))

    def test_no_such_place(self):
        with pytest.raises(DataError, match="nowhere is neither the directory of a run, nor a benchmark"):
            read_sources(["nowhere"], target("cora"))


class TestOption:
    def test_the_search_is_told(self):
        composed = compose(RunOptions(benchmark=LINK, tasks=("cora",), earlier=(f"{LINK}:dblp",), budget=6))
        assert [source.task for source in composed.search.knowledge.sources] == ["dblp"]

    def test_a_method_that_cannot_learn(self):
        with pytest.raises(ConfigurationError, match="'random-search' cannot learn from finished searches"):
            with_sources(RandomSearch(), [f"{LINK}:dblp"], target("cora"))

    def test_none_named(self):
        assert with_sources(ktnas(), [], target("cora")) == ktnas()


class TestSweepFile:
    TEXT = 'budget = 6\nseeds = 1\n[[arms]]\nmethod = "{}"\n[[cases]]\nbenchmark = "mdesign-link"\ntasks = "cora"\n{}'

    def sweep(self, path, method, line):
        (path / "s.toml").write_text(self.TEXT.format(method, line))
        return read_sweep(path / "s.toml")

    def test_every_arm_learns_from_what_a_case_names(self, tmp_path):
        sweep = self.sweep(tmp_path, "ktnas", 'from = ["mdesign-link:dblp,texas"]')
        search = sweep.cases[0].experiment(sweep.arms[0].search).search
        assert [source.task for source in search.knowledge.sources] == ["dblp", "texas"]

    def test_an_arm_that_cannot_learn_is_refused(self, tmp_path):
        sweep = self.sweep(tmp_path, "random-search", 'from = "mdesign-link:dblp"')
        with pytest.raises(ConfigurationError, match="'random-search' cannot learn from the finished"):
            sweep.cases[0].experiment(sweep.arms[0].search)

    def test_what_cannot_be_read_names_its_case(self, tmp_path):
        with pytest.raises(DataError, match="case 1: nowhere is neither the directory"):
            self.sweep(tmp_path, "ktnas", 'from = "nowhere"')


class TestGoingOn:
    def experiment(self, *places):
        benchmark = target("cora")
        search = with_sources(ktnas(), places, benchmark)
        return Experiment(benchmark, Problem(benchmark.space, benchmark.tasks), search, Budget(9))

    def test_to_the_bit(self, tmp_path):
        place = ran(tmp_path / "source", "dblp")
        whole, cut = RunDirectory(tmp_path / "whole"), RunDirectory(tmp_path / "cut")
        for directory in (whole, cut):
            search_once(self.experiment(place), 3, directory)
        trials = cut.path / "trials.jsonl"
        trials.write_bytes(trials.read_bytes()[: trials.stat().st_size // 2])
        (cut.path / "summary.json").unlink()
        again = search_once(self.experiment(place), 3, cut)
        assert trials.read_bytes() == (whole.path / "trials.jsonl").read_bytes()
        assert again["learned"] == whole.finished_summary()["learned"]

    def test_changed_sources_are_refused(self, tmp_path):
        place, out = ran(tmp_path / "source", "dblp"), RunDirectory(tmp_path / "run")
        search_once(self.experiment(place), 3, out)
        for directory in (tmp_path / "source").iterdir():
            directory.unlink()
        ran(tmp_path / "source", "dblp", budget=10)
        with pytest.raises(
            ConfigurationError, match=r"other sources \(dblp of .* has changed: 8 evaluations there, 10 now"
        ):
            search_once(self.experiment(place), 3, out)
        with pytest.raises(ConfigurationError, match=r"other sources \(no longer dblp of .*, now also pubmed of table"):
            search_once(self.experiment(f"{LINK}:pubmed"), 3, out)
        with pytest.raises(ConfigurationError, match=r"other sources \(no longer dblp"):
            search_once(self.experiment(), 3, out)

    def test_the_summary_tells_what_each_contributed(self, tmp_path):
        place = ran(tmp_path / "source", "dblp", "texas")
        summary = search_once(self.experiment(place), 3, RunDirectory(tmp_path / "run"))
        together, *sources = summary["learned"]
        assert together["source"] == "all together"
        assert [one["source"].split(" of ")[0] for one in sources] == ["dblp", "texas"]
        first = [choice for one in summary["learned"] for choice in one["tasks"]["cora"]["first"]]
        assert sorted(choice["evaluation"] for choice in first) == [1, 2, 3, 4, 5]
        assert all(isinstance(choice["fitness"], float) for choice in first)
        assert 0 <= sources[0]["tasks"]["cora"]["weight"] <= 0.45
