"""docs/reliability.md names tests that exist, and the fault injector finds what it is there to find."""

import ast
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"
FAULTS = ROOT / "docs" / "results" / "faults.md"
SCRIPT = ROOT / "benchmarks" / "faults.py"
NAMED = re.findall(r"`(tests/[\w/]+\.py(?:::\w+)+)`", PAGE.read_text(encoding="utf-8"))


@cache
def names(path):
    """``test``, or ``Class::test``, of a file of tests."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


class TestPage:
    @pytest.mark.parametrize("named", NAMED)
    def test_a_test_that_is_named_exists(self, named):
        path, _, name = named.partition("::")
        assert name in names(path)

    def test_every_promise_has_one(self):
        rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
        promises = [row for row in rows if row.count("|") == 3 and not row.startswith("| promise")]
        assert len(promises) > 20
        assert [row for row in promises if "`tests/" not in row] == []

    def test_the_table_holds_nothing_that_is_not_as_promised(self):
        table = FAULTS.read_text(encoding="utf-8").partition("benchmarks/faults.py: begin -->")[2].partition("<!--")[0]
        rows = [
            [cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| ")
        ]
        assert len(rows) > 80
        for fault, injected, completed, _, *none in rows[1:]:
            assert (fault, completed, none) == (fault, injected, ["0", "0", "0"])


@pytest.fixture
def parts(monkeypatch):
    """The modules of the injector."""
    monkeypatch.syspath_prepend(str(SCRIPT.parent))

    def part(name):
        return importlib.import_module(f"fault_injection.{name}")

    return part


class TestPowerCut:
    WRITES = """
import os
os.mkdir({place!r})
def put(name, content, sync):
    descriptor = os.open({place!r} + "/" + name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, content)
    if sync:
        os.fsync(descriptor)
    os.close(descriptor)
def sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
put("kept", b"one", True)
put("no content", b"lost", False)
sync({place!r})
sync({parent!r})
put("kept", b"two", False)
put("no name", b"lost", True)
os.unlink({place!r} + "/kept")
put("later", b"lost", True)
"""

    def test_what_was_synced_is_left_and_nothing_else(self, parts, tmp_path):
        power = parts("power")
        place, shadow = tmp_path / "place", tmp_path / "shadow"
        shadow.mkdir()
        code = self.WRITES.format(place=str(place), parent=str(tmp_path))
        environment = {**os.environ, **power.environment(shadow, {"PYTHONPATH": ""})}
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        power.restore(shadow, place, tmp_path / "after")
        assert {p.name: p.read_bytes() for p in (tmp_path / "after").iterdir()} == {"kept": b"one", "no content": b""}

    def test_without_its_name_a_directory_is_gone(self, parts, tmp_path):
        power = parts("power")
        place, shadow = tmp_path / "place", tmp_path / "shadow"
        shadow.mkdir()
        place.mkdir()
        power.restore(shadow, place, tmp_path / "after")
        assert not (tmp_path / "after").exists()


class TestJudgement:
    """Of a victim that appends numbers to a record, wrong in every way."""

    HONEST = "import sys, pathlib; p = pathlib.Path({out!r}); p.mkdir(exist_ok=True); f = p / 'r'; "

    @pytest.fixture
    def judged(self, parts, tmp_path, monkeypatch):
        lab, victims = parts("lab").Lab(tmp_path), parts("victims")
        written = {"code": "'1\\n2\\n'"}

        def command(victim, directory):
            code = self.HONEST.format(out=str(directory)) + f"f.write_text({written['code']})"
            return [sys.executable, "-c", code]

        monkeypatch.setattr(victims.Victim, "command", command)
        victim = victims.Victim("numbers", (), ("r",), whole=())
        lab.baseline(victim)

        def judge(code, before="1\n"):
            written["code"] = code
            directory = lab.place(victim)
            directory.mkdir()
            (directory / "r").write_text(before)
            return lab.judge(victim, directory)

        return judge

    def test_nothing_wrong(self, judged, parts):
        assert judged("'1\\n2\\n'") == parts("registry").Injection()

    def test_another_result(self, judged):
        assert judged("'1\\n3\\n'").changed == 1

    def test_what_was_on_record_and_is_not_in_the_end(self, judged):
        assert judged("'1\\n2\\n'", before="7\n8\n").lost == 2

    def test_what_was_made_twice(self, judged):
        assert judged("'1\\n2\\n2\\n'").lost == 1

    def test_a_refusal_that_is_never_mended(self, judged):
        injection = judged("sys.exit('error: no') or ''")
        assert (injection.completed, bool(injection.wrong)) == (False, True)


def test_processes_that_are_left_are_counted_and_killed(parts, tmp_path):
    processes = parts("processes")
    code = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid)"
    started = processes.start([sys.executable, "-c", code], os.environ, tmp_path / "error", lambda: None)
    started.process.wait()
    assert started.left() == 1
    assert started.left() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_this_process_ignores_is_not_ignored_in_what_it_starts(parts, tmp_path, number):
    before = signal.signal(number, signal.SIG_IGN)
    try:
        code = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_DFL); time.sleep(600)"
        started = parts("processes").start([sys.executable, "-c", code], os.environ, tmp_path / "e", lambda: None)
    finally:
        signal.signal(number, before)
    time.sleep(0.3)
    started.process.send_signal(number)
    assert started.wait().code == -number


class TestTable:
    def test_rows_of_other_faults_stay_and_the_page_is_written_between_its_lines(self, parts, tmp_path):
        table, registry = parts("table"), parts("registry")
        where = table.Circumstances("a machine", 0)
        first = registry.Tally("one", "abc", [registry.Injection()])
        second = registry.Tally("two", "def", [registry.Injection(lost=1, wrong="so much")])
        (tmp_path / "all.json").write_text(table.as_json([first, second], where))
        assert table.earlier(tmp_path / "all.json", ["one", "two"]) == {"one": first, "two": second}
        assert list(table.earlier(tmp_path / "all.json", ["one"])) == ["one"]
        page = tmp_path / "page.md"
        page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
        table.put(page, table.markdown([first, second], where))
        text = page.read_text()
        assert text.startswith("before\n")
        assert text.endswith("after\n")
        assert "old" not in text
        assert "| **all** | 2 | 2 | 0 | 1 | 0 | 0 |" in text
        assert "* two: so much" in text
        assert [first.holds, second.holds] == [True, False]


class TestCommand:
    def faults(self, *arguments):
        return subprocess.run([sys.executable, str(SCRIPT), *arguments], check=False, capture_output=True, text=True)

    def test_faults_are_listed(self):
        done = self.faults("--list")
        assert done.returncode == 0, done.stderr
        listed = done.stdout.splitlines()
        assert len(listed) == len(set(listed)) > 80
        for kind in ("a run on tables", "live training", "repeats", "a sweep", "the training of a supernet"):
            for number in ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"):
                assert f"{number} of {kind}" in listed

    def test_mistakes_are_told_in_a_line(self):
        done = self.faults("--only", "flood")
        assert (done.returncode, done.stderr) == (
            1,
            "faults.py: error: no fault's name holds 'flood'; --list tells all\n",
        )

    @pytest.mark.slow
    def test_the_quick_faults_lose_change_and_leave_nothing(self, tmp_path):
        done = self.faults("--quick", "--json", str(tmp_path / "all.json"))
        assert done.returncode == 0, done.stdout + done.stderr
        rows = json.loads((tmp_path / "all.json").read_text())["faults"]
        assert len(rows) >= 12
        assert all(row["holds"] and len(row["injections"]) == 1 for row in rows)
