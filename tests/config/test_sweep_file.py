import os
import re
from pathlib import Path

import pytest

from ktnas.algorithms.candidates.pool import Offspring, WholeSpace
from ktnas.algorithms.candidates.proxy_screening import ProxyScreening
from ktnas.algorithms.candidates.screening import NoScreening
from ktnas.algorithms.presets import ktnas_paper
from ktnas.algorithms.random_search import RandomSearch
from ktnas.config.method import MethodChoice
from ktnas.config.options import options
from ktnas.config.run_options import RunOptions
from ktnas.config.sweep_file import read_sweep, replaced_field
from ktnas.errors import ConfigurationError, DataError, KtnasError, UnknownNameError
from ktnas.problem.proxy import Parameters
from ktnas.runner.design import AtFidelity, Named, OwnTable
from ktnas.transfer.no_transfer import NoTransfer
from ktnas.transfer.transfer_rank import TransferRank

ARM = '[[arms]]\nmethod = "random-search"\n'
CASE = '[[cases]]\ntasks = ["cora"]\n'


def read(tmp_path, text):
    path = tmp_path / "sweep.toml"
    path.write_text(text)
    return read_sweep(path)


class TestFidelity:
    @pytest.mark.table("nasbench201")
    def test_a_case_is_searched_after_fewer_epochs_and_its_name_says_so(self, tmp_path):
        case = '[[cases]]\ntasks = ["cifar10"]\nfidelity = 12\n'
        (found,) = read(tmp_path, ARM + case).cases
        assert found.benchmark == AtFidelity(Named("nasbench201", ("cifar10",)), 12)
        assert found.name == "nasbench201: cifar10, 50 evaluations of 12 epochs"
        (task,) = found.experiment(RandomSearch()).problem.tasks
        assert task.metric == "validation accuracy after 12 epochs"

    def test_a_length_that_there_is_not(self, tmp_path):
        with pytest.raises(DataError, match="case 1: task 'cora' has no fitness after 12 epochs"):
            read(tmp_path, f"{ARM}{CASE}fidelity = 12\n")


class TestSweep:
    def test_the_least(self, tmp_path):
        sweep = read(tmp_path, ARM + CASE)
        assert [(arm.name, arm.search) for arm in sweep.arms] == [("random-search", RandomSearch())]
        (case,) = sweep.cases
        assert case.benchmark == Named("nasbench-graph", ("cora",))
        assert (case.sources, case.budget, case.until_best, case.name) == ((), 50, False, "")
        assert sweep.seeds == tuple(range(10))

    def test_everything(self, tmp_path):
        text = (
            'budget = 30\nseeds = [3, 1]\nuntil-best = true\n[[arms]]\nname = "mine"\nmethod = "ktnas-paper"\n'
            'population = 7\nembedder = "one-hot"\ntransfer = "none"\nsurrogate = "none"\n'
            '[[cases]]\nname = "a case"\nbenchmark = "nasbench-graph"\nsource = "cora"\ntarget = ["cs", "arxiv"]\n'
            "budget = 20\n[[cases]]\n" + CASE.partition("\n")[2]
        )
        sweep = read(tmp_path, text)
        (arm,) = sweep.arms
        assert arm.name == "mine"
        assert (arm.search.population, arm.search.transfer) == (7, NoTransfer())
        assert (arm.search.embedder.name, arm.search.screening) == ("one-hot", NoScreening())
        first, second = sweep.cases
        assert first.benchmark == Named("nasbench-graph", ("cora", "cs", "arxiv"))
        assert (first.sources, first.budget, first.until_best, first.name) == (("cora",), 20, True, "a case")
        assert second.budget == 30
        assert sweep.seeds == (3, 1)

    def test_every_option_of_a_method_is_a_key_of_an_arm(self, tmp_path):
        arms = read(
            tmp_path, '[[arms]]\nmethod = "ktnas-paper"\noffspring = [2, 6]\nproxy = "parameters"\n' + CASE
        ).arms
        assert [(arm.name, arm.search.offspring) for arm in arms] == [
            ("ktnas-paper, offspring 2", 2),
            ("ktnas-paper, offspring 6", 6),
        ]
        assert arms[0].search.pool == ProxyScreening(Parameters())

    def test_a_surrogate_changes_what_it_chooses_from(self, tmp_path):
        arms = read(tmp_path, '[[arms]]\nmethod = "ktnas-paper"\nsurrogate = ["ridge", "none"]\n' + CASE).arms
        assert [arm.search.pool for arm in arms] == [WholeSpace(), Offspring()]

    def test_a_case_may_stop_otherwise_than_the_file_says(self, tmp_path):
        text = f"until-best = true\nbudget = 9\n{ARM}{CASE}{CASE}until-best = false\nbudget = 12\nname = 'other'\n"
        cases = read(tmp_path, text).cases
        assert [(case.budget, case.until_best) for case in cases] == [(9, True), (12, False)]

    def test_a_table_of_ones_own(self, tmp_path):
        table = tmp_path / "own.csv"
        table.write_text("code,a,b\n" + "".join(f"{i}{j},{i + j},{i * j}\n" for i in range(4) for j in range(4)))
        case = f'[[cases]]\ntable = "{table}"\nspace = "categorical"\ntasks = ["b", "a"]\nminimize = "a"\nbudget = 10\n'
        (found,) = read(tmp_path, ARM + case).cases
        assert isinstance(found.benchmark, OwnTable)
        loaded = found.benchmark.load()
        assert [(task.name, task.minimize) for task in loaded.tasks] == [("b", False), ("a", True)]


class TestGrid:
    def test_an_arm_for_every_combination(self, tmp_path):
        text = (
            '[[arms]]\nmethod = "ktnas-paper"\ntransfer = ["transfer-rank", "none"]\nfields = { migrants = [1, 4] }\n'
        )
        arms = read(tmp_path, text + CASE).arms
        assert [arm.name for arm in arms] == [
            "ktnas-paper, transfer transfer-rank, migrants 1",
            "ktnas-paper, transfer transfer-rank, migrants 4",
            "ktnas-paper, transfer none, migrants 1",
            "ktnas-paper, transfer none, migrants 4",
        ]
        assert [(type(a.search.transfer), a.search.migrants) for a in arms] == [
            (TransferRank, 1),
            (TransferRank, 4),
            (NoTransfer, 1),
            (NoTransfer, 4),
        ]

    def test_methods_are_named_once(self, tmp_path):
        arms = read(tmp_path, '[[arms]]\nmethod = ["random-search", "regularized-evolution"]\n' + CASE).arms
        assert [arm.name for arm in arms] == ["random-search", "regularized-evolution"]
        text = '[[arms]]\nname = "x"\nmethod = ["random-search", "regularized-evolution"]\n'
        arms = read(tmp_path, text + CASE).arms
        assert [arm.name for arm in arms] == ["x, method random-search", "x, method regularized-evolution"]

    def test_fields_of_parts(self, tmp_path):
        fields = '{ ratio = 1, "transfer.window" = 9, "pool.variation.tournament_size" = 2 }'
        (arm,) = read(tmp_path, f'[[arms]]\nmethod = "ktnas-paper"\nfields = {fields}\n{CASE}').arms
        assert arm.name == "ktnas-paper"
        assert (arm.search.ratio, arm.search.transfer.window) == (1.0, 9)
        assert isinstance(arm.search.ratio, float)
        assert arm.search.pool.variation.tournament_size == 2


class TestFields:
    def test_the_rest_stays(self):
        changed = replaced_field(ktnas_paper(), "transfer.window", 2)
        assert replaced_field(changed, "transfer.window", 5) == ktnas_paper()

    @pytest.mark.parametrize(
        ("path", "value", "message"),
        [
            ("migrant", 3, "unknown field 'migrant' of KTNAS .in 'migrant'.; did you mean 'migrants'"),
            ("transfer.windows", 3, "did you mean 'window'"),
            ("migrants.more", 3, "unknown field 'more' of int"),
            ("store", 3, "unknown field 'store'"),
            ("migrants", 2.5, "field 'migrants' is 4 and takes a value of its kind; got 2.5"),
            ("migrants", True, "takes a value of its kind"),
            ("transfer", "none", "takes a value of its kind; got 'none'"),
            ("ratio", 0, "ratio"),
        ],
    )
    def test_mistakes(self, path, value, message):
        with pytest.raises(KtnasError, match=message):
            replaced_field(ktnas_paper(), path, value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("budget = ", "no TOML file"),
        ("", r"needs at least one \[\[arms\]\]"),
        (ARM, r"needs at least one \[\[cases\]\]"),
        ("arms = 3\n" + CASE, r"at least one \[\[arms\]\]"),
        ("budgets = 3\n" + ARM + CASE, "did you mean 'budget'"),
        ("budget = 2.5\n" + ARM + CASE, "budget of .*sweep.toml must be a whole number; got 2.5"),
        ("budget = true\n" + ARM + CASE, "budget of .*sweep.toml must be a whole number"),
        ("budget = 0\n" + ARM + CASE, "at least 1 evaluation"),
        ("until-best = 1\n" + ARM + CASE, "until-best of .*sweep.toml must be true or false"),
        ("seeds = 0\n" + ARM + CASE, "seeds must be their number"),
        ("seeds = [1, 1]\n" + ARM + CASE, "listed twice"),
        ('seeds = ["a"]\n' + ARM + CASE, "seeds must be"),
        ("[[arms]]\npopulation = 3\n" + CASE, "arm 1 needs a method"),
        ('[[arms]]\nmethod = "random"\n' + CASE, "did you mean 'random-search'"),
        ("[[arms]]\nmethod = 3\n" + CASE, "method of arm 1 must be text; got 3"),
        (ARM + "populations = 3\n" + CASE, "unknown key 'populations' of arm 1; did you mean 'population'"),
        (ARM + "population = 3\n" + CASE, "has no population"),
        (ARM + "offspring = 2.5\n" + CASE, "offspring of arm 1 must be a whole number; got 2.5"),
        (ARM + CASE + "name = 3\n", "name of case 1 must be text; got 3"),
        (ARM + CASE + "method = 'ktnas'\n", "unknown key 'method' of case 1"),
        (ARM + 'population = "3"\n' + CASE, "population of arm 1 must be a whole number"),
        (ARM + "fields = 3\n" + CASE, "fields of arm 1 must be a table"),
        (ARM + ARM + CASE, "two arms are named 'random-search'"),
        (ARM + "[[cases]]\ntasks = 3\n", "tasks of case 1 must be text; got 3"),
        (ARM + '[[cases]]\ntasks = ["core"]\n', "case 1: unknown task 'core'"),
        (ARM + '[[cases]]\nsource = "cora"\n', "needs --target as well"),
        (
            ARM + CASE + "minimize = 'cora'\n",
            "case 1: --space, --arch-column, --minimize and --repeated describe a table of your own",
        ),
        (ARM + '[[cases]]\ntable = "x.csv"\n', "case 1: --table needs --space, the search space of its architectures"),
        (ARM + CASE + 'data = "/no/such/place"\n', "does not exist or is no directory"),
    ],
)
def test_mistakes_are_named(tmp_path, text, message):
    with pytest.raises(KtnasError, match=message):
        read(tmp_path, text)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        read_sweep(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="no TOML file"):
        read_sweep(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("budget = " + "[" * 100_000, "is nested too deeply"),
        ("budget = " + "{a=" * 100_000, "is nested too deeply"),
        ("budget = " + "9" * 5000, "is no TOML file: .*digits"),
        (" " * ((1 << 22) + 1), "is larger than 4 MiB"),
    ],
)
def test_absurd_files_are_one_line(tmp_path, text, message):
    path = tmp_path / "s.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        read_sweep(path)


def test_pipes_and_devices_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(DataError, match="it is no regular file"):
            read_sweep(path)


def test_errors_keep_their_kind(tmp_path):
    with pytest.raises(UnknownNameError):
        read(tmp_path, "budgets = 3\n")
    with pytest.raises(ConfigurationError):
        read(tmp_path, ARM + "[[cases]]\ntasks = 3\n")


DOCS = (Path(__file__).parents[2] / "docs" / "sweep.md").read_text()


@pytest.mark.parametrize(("table", "kind"), [("arms", MethodChoice), ("cases", RunOptions)])
def test_the_keys_in_the_documentation_are_the_options(table, kind):
    """Printed as they should stand, to be copied."""
    rows = "\n".join(f"| `{one.key}` | {one.help()} |" for one in options(kind))
    heading = f"| key of `[[{table}]]`, as the option of `ktnas run` | meaning |\n|---|---|\n"
    assert f"{heading}{rows}\n" in DOCS, f"docs/sweep.md should say:\n{heading}{rows}"


@pytest.mark.table("transnas101-micro")
def test_the_file_in_the_documentation(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", DOCS, re.DOTALL)
    sweep = read(tmp_path, text)
    assert [arm.name for arm in sweep.arms] == [
        *(f"ktnas, transfer {name}" for name in ("transfer-rank", "random", "none")),
        *(f"small populations, migrants {number}" for number in (1, 4)),
    ]
    assert [case.budget for case in sweep.cases] == [50, 30]
    (baseline,) = re.findall(r"ktnas compare runs/mine --baseline (\S+)", DOCS)
    assert sweep.arms[0].name.startswith(f"{baseline}, ")


@pytest.mark.slow
def test_the_script_in_the_documentation(tmp_path, monkeypatch, capsys):
    (text,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    short = text.replace("range(20)", "range(2)").replace("jobs=2", "jobs=1").replace("budget=30", "budget=12")
    exec(compile(short, "sweep.md", "exec"), {"__name__": "__main__"})
    assert "Difference from paper, paired by seed" in capsys.readouterr().out
