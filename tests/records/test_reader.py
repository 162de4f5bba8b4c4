import json
import shutil

import pytest

from ktnas.cli.main import main
from ktnas.errors import DataError
from ktnas.files.line_checks import with_check
from ktnas.records.reader import read_directories
from ktnas.records.run_directory import CONFIG, SUMMARY
from ktnas.records.sweep_log import RUNS_FILE
from ktnas.records.trials import TRIALS
from ktnas.report.comparison import Measure, compare

SEARCH = ["run", "--source", "cora", "--target", "cs", "--budget", "12", "--quiet", "--jobs", "1"]


def ran(path, *options):
    assert main([*SEARCH, "--out", str(path), *options]) == 0
    return path


@pytest.fixture(scope="module")
def repeated(tmp_path_factory):
    return ran(tmp_path_factory.mktemp("runs") / "random", "--method", "random-search", "--repeats", "3")


@pytest.fixture(scope="module")
def single(tmp_path_factory):
    return ran(tmp_path_factory.mktemp("runs") / "evolution", "--method", "regularized-evolution", "--seed", "1")


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    path = tmp_path_factory.mktemp("sweep")
    arms = "".join(f'[[arms]]\nmethod = "{name}"\n' for name in ("regularized-evolution", "random-search"))
    (path / "s.toml").write_text(f'budget = 12\nseeds = 3\n{arms}[[cases]]\nsource = "cora"\ntarget = "cs"\n')
    assert main(["sweep", str(path / "s.toml"), "--out", str(path / "out"), "--quiet", "--jobs", "1"]) == 0
    return path / "out"


@pytest.mark.slow
def test_runs_of_the_command(repeated, single):
    records = read_directories([repeated, single])
    expected = [*(("random-search", seed) for seed in range(3)), ("regularized-evolution", 1)]
    assert [(r.arm, r.seed) for r in records] == expected
    assert {r.case for r in records} == {"nasbench-graph: cora to cs, 12 evaluations"}
    assert [r.tasks["cora"].role for r in records] == ["source"] * 4
    summary = json.loads((single / SUMMARY).read_text())["tasks"]["cs"]
    trajectory = records[-1].tasks["cs"]
    assert (trajectory.steps[-1].rank, trajectory.steps[-1].fitness) == (
        summary["best"]["rank"],
        summary["best"]["fitness"],
    )
    assert trajectory.steps[-1].evaluation == summary["best"]["evaluations_to_best"]
    assert trajectory.best_listed - trajectory.steps[-1].fitness == summary["best"]["regret"]
    assert (compare(records)[0].measure, compare(records)[0].differences[1].test.pairs) == (Measure.RANK, 1)


@pytest.mark.slow
def test_the_same_runs_in_a_sweep_come_to_the_same(repeated, swept):
    by_hand = {r.seed: r for r in read_directories([repeated])}
    for record in read_directories([swept]):
        if record.arm == "random-search":
            same = by_hand[record.seed]
            assert record.case == same.case
            for name, trajectory in record.tasks.items():
                other = same.tasks[name]
                assert [(s.evaluation, s.fitness) for s in trajectory.steps] == [
                    (s.evaluation, s.fitness) for s in other.steps
                ]
                assert trajectory.steps[-1] == other.steps[-1]
                assert (trajectory.best_listed, trajectory.evaluations) == (other.best_listed, other.evaluations)


def test_a_sweep_in_its_own_order(swept):
    places = [(r.arm, r.seed) for r in read_directories([swept])]
    assert places == [(arm, seed) for arm in ("regularized-evolution", "random-search") for seed in range(3)]


def test_arms_of_one_name_are_told_apart(repeated, swept):
    arms = {r.arm for r in read_directories([swept, repeated])}
    assert arms == {"regularized-evolution", "random-search"}  # the same seeds, gone the same way: the same runs
    assert len(read_directories([swept, repeated])) == len(read_directories([swept]))


def test_a_sweep_that_was_not_described_is_sorted_by_name(swept, tmp_path):
    (tmp_path / RUNS_FILE).write_bytes((swept / RUNS_FILE).read_bytes())
    assert [r.arm for r in read_directories([tmp_path])] == ["random-search"] * 3 + ["regularized-evolution"] * 3


class TestMistakes:
    def test_no_runs(self, tmp_path):
        with pytest.raises(DataError, match=r"holds no runs: neither runs.jsonl of a sweep nor summary.json of a run"):
            read_directories([tmp_path])

    @pytest.mark.parametrize("content", ["{", "{}", "[1]", '{"finished": true}'])
    def test_damaged(self, single, tmp_path, content):
        for name in (CONFIG, TRIALS):
            (tmp_path / name).write_bytes((single / name).read_bytes())
        (tmp_path / SUMMARY).write_text(content)
        with pytest.raises(DataError, match="damaged"):
            read_directories([tmp_path])

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda s: s | {"tasks": {}}, "a run has at least one task"),
            (lambda s: s | {"tasks": {"cora": s["tasks"]["cora"]}}, "which its summary.json does not know"),
            (lambda s: s | {"seed": "../../../x"}, "a count was expected, not '../../../x'"),
            (lambda s: s | {"seed": float(10**30)}, "a count was expected"),
            (lambda s: [s | {"seed": "../../../x"}], "a count was expected"),
            (lambda s: {"finished": True}, "KeyError"),
            (lambda s: [3], "an object was expected"),
            (lambda s: s | {"budget": "many"}, "a count was expected, not 'many'"),
            (lambda s: s | {"seconds": {"total": None}}, "a finite number was expected"),
            (lambda s: s | {"tasks": {n: t | {"evaluations": 1} for n, t in s["tasks"].items()}}, "evaluations: 1 in"),
            (
                lambda s: (
                    s | {"tasks": {n: t | {"best": t["best"] | {"fitness": 99.9}} for n, t in s["tasks"].items()}}
                ),
                "best fitness: 99.9 in summary.json",
            ),
        ],
    )
    def test_a_summary_that_disagrees_with_its_record(self, single, tmp_path, change, message):
        run = tmp_path / "run"
        shutil.copytree(single, run)
        (run / "summary.json").write_text(json.dumps(change(json.loads((run / "summary.json").read_text()))))
        with pytest.raises(DataError, match=f"holds a damaged run.*{message}"):
            read_directories([run])

    def test_trials_behind_the_end(self, single, tmp_path):
        run = tmp_path / "run"
        shutil.copytree(single, run)
        trials = (run / "trials.jsonl").read_text().splitlines(keepends=True)
        extra = json.loads(next(line for line in reversed(trials) if '"repeat": false' in line)) | {"fitness": 99.9}
        (run / "trials.jsonl").write_text("".join(trials) + json.dumps(extra) + "\n")
        with pytest.raises(DataError, match=r"trials.jsonl, line \d+: it was changed since it was written"):
            read_directories([run])
        forged = with_check(json.dumps({k: v for k, v in extra.items() if k != "check"} | {"trial": len(trials) + 1}))
        (run / "trials.jsonl").write_text("".join(trials) + forged + "\n")
        with pytest.raises(DataError, match=r"evaluations: \d+ in summary.json, \d+ in trials.jsonl"):
            read_directories([run])

    @pytest.mark.parametrize("name", ["summary.json", "config.json"])
    def test_json_too_deep_to_read(self, single, tmp_path, name):
        run = tmp_path / "run"
        shutil.copytree(single, run)
        (run / name).write_text("[" * 100_000)
        with pytest.raises(DataError, match="nested too deeply"):
            read_directories([run])

    @pytest.mark.parametrize("line", ["[" * 100_000, "{}", '{"key": 1, "tasks": {}}', '{"key": "k", "seed": 1e999}'])
    def test_runs_that_are_none(self, tmp_path, line):
        (tmp_path / "runs.jsonl").write_text(line + "\n")
        with pytest.raises(DataError, match=r"runs.jsonl, line 1: no run but"):
            read_directories([tmp_path])

    def test_without_trials(self, single, tmp_path):
        for name in (CONFIG, SUMMARY):
            (tmp_path / name).write_bytes((single / name).read_bytes())
        with pytest.raises(DataError, match=TRIALS):
            read_directories([tmp_path])


class TestCommand:
    def test_tables(self, swept, tmp_path, capsys):
        assert main(["compare", str(swept), "--out", str(tmp_path / "out")]) == 0
        shown = capsys.readouterr()
        assert shown.err == ""
        assert "Difference from regularized-evolution, paired by seed" in shown.out
        assert "No mean ranks over tasks" in shown.out
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
            *("comparison.csv", "comparison.html", "convergence.png")
        ]

    def test_json(self, swept, capsys, tmp_path):
        options = ["--baseline", "random-search", "--at", "5", "--json", "--out", str(tmp_path)]
        assert main(["compare", str(swept), *options]) == 0
        rows = json.loads(capsys.readouterr().out)
        assert {row["at"] for row in rows} == {5}
        assert {row["baseline"] for row in rows} == {None, "random-search"}

    def test_by_default_beside_the_runs(self, repeated, capsys):
        assert main(["compare", str(repeated)]) == 0
        assert (repeated / "comparison" / "comparison.csv").is_file()
        assert f"recorded in {repeated / 'comparison'}" in capsys.readouterr().out

    def test_a_sweep_again(self, swept, capsys):
        assert main(["sweep", str(swept.parent / "s.toml"), "--out", str(swept), "--jobs", "1"]) == 0
        shown = capsys.readouterr()
        assert "6 runs, 6 of them found finished" in shown.out
        assert f"ktnas compare {swept}" in shown.out
        assert shown.err == "6 of 6 runs (6 found finished)\n"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["sweep", "none.toml"], "cannot read none.toml: No such file"),
            (["compare", "none"], "none does not exist; name directories of runs or of sweeps"),
            (["sweep", "none.toml", "--jobs", "0"], "--jobs must be at least 1"),
        ],
    )
    def test_mistakes_are_one_line(self, arguments, message, capsys, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        assert main(arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert message in line

    def test_an_arm_that_is_not_there(self, swept, capsys):
        assert main(["compare", str(swept), "--baseline", "random"]) == 2
        assert "did you mean 'random-search'" in capsys.readouterr().err


class TestData:
    """Runs on tables of one name that hold different values."""

    def run(self, place, value, *options):
        place.mkdir(parents=True, exist_ok=True)
        codes = [f"{a}{b}" for a in range(3) for b in range(3)]
        (place / "t.csv").write_text("code,acc\n" + "\n".join(f"{c},{value + i}" for i, c in enumerate(codes)))
        table = ["--table", str(place / "t.csv"), "--space", "categorical", "--tasks", "acc", "--budget", "5"]
        assert main(["run", *table, "--quiet", "--out", str(place / "out"), *options]) == 0
        return place / "out"

    def test_are_two_cases(self, tmp_path):
        tables = {"one": 1, "same": 1, "other": 2, "again": 2}
        paths = [self.run(tmp_path / name, value).rename(tmp_path / f"of {name}") for name, value in tables.items()]
        cases = [record.case for record in read_directories(paths)]  # equal runs are one run
        assert cases == ["t.csv: acc, 5 evaluations", "t.csv: acc, 5 evaluations (other data: of other)"]

    def test_records_without_a_digest_are_taken_as_before(self, tmp_path):
        paths = [self.run(tmp_path / name, value) for name, value in (("one", 1), ("other", 2))]
        config = json.loads((paths[1] / CONFIG).read_text())
        assert config.pop("data")
        assert config.pop("check")  # older ones have none
        (paths[1] / CONFIG).write_text(json.dumps(config))
        assert len({record.case for record in read_directories(paths)}) == 1
        (paths[1] / CONFIG).write_text("{}")
        with pytest.raises(DataError):
            read_directories(paths)
