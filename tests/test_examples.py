"""Every script and notebook of examples/ runs, and prints what its first lines promise."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
PRINTED = {
    "01_ten_lines": ["photos: 92.0 after", "sketches: 82.0 after"],
    "02_own_space": ["accurate: conv128-conv128-conv128 (24)", "cheap: depthwise16-depthwise16-depthwise16 (-48)"],
    "03_own_transfer": ["| fittest ", "| transfer rank ", "Holm's correction"],
    "04_own_method": ["hill-climber {'photos': 1", "regularized-evolution {'photos': "],
    "05_own_images": ["direction: ", "brightness: ", "% test accuracy"],
    "06_slurm": ["best of photos: ", "best of sketches: "],
    "07_dask": ["photos: ", "2 processes evaluated"],
    "08_pandas": ["The three best of each task:", "after 10, 20, 30 evaluations", "Where the best came from"],
}
PROCESSES = {"05_own_images", "07_dask"}
"""Scripts that take seconds, or processes of their own."""


def test_all_are_listed_and_numbered():
    scripts = [path.stem for path in sorted(EXAMPLES.glob("*.py"))]
    assert scripts == sorted(PRINTED)
    names = sorted(path.name for path in EXAMPLES.iterdir() if path.suffix in (".py", ".ipynb"))
    assert [int(name[:2]) for name in names] == list(range(1, len(names) + 1))
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    assert all(f"| [{name}](../examples/{name}) |" in page for name in names)


@pytest.mark.parametrize("name", sorted(PRINTED.keys() - PROCESSES))
def test_a_script_runs(name, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [f"{name}.py", "2"])
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    shown = capsys.readouterr().out
    for text in PRINTED[name]:
        assert text in shown


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_a_script_runs_in_its_own_process(name, tmp_path):
    if name == "05_own_images":
        pytest.importorskip("torch")
    command = [sys.executable, str(EXAMPLES / f"{name}.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for text in PRINTED[name]:
        assert text in done.stdout


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_no_output(path):
    """What it shows is what it computes; nothing that is out of date lies in the repository."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore")  # of the notebook's own machinery
def test_a_notebook_runs(path, tmp_path):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()  # an error in a cell is raised
    assert all(cell.outputs for cell in notebook.cells if cell.cell_type == "code")
