"""Makes docs/results/ of what the experiments have published: a page for each, and an index.

    python -m experiments.report

Nothing is run and no figure is made up here: every table is the file that its experiment wrote, with the command,
commit, seeds, hardware and time recorded beside it. A command is shown as it is called today, wherever its experiment
lay when it was recorded. Where another page shows such a file, between ``<!-- NAME -->`` and ``<!-- /NAME -->``, it is
shown anew.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from ktnas.formatting import duration

ROOT = Path(__file__).resolve().parents[1]
EXPERIMENTS = ROOT / "experiments"
RESULTS = EXPERIMENTS / "results"
TARGET = ROOT / "docs" / "results"

SECTIONS: Mapping[str, str] = {
    "nasbench201_evaluations": "NAS-Bench-201",
    "sample_efficiency": "Sample efficiency",
    "robustness": "Never stuck: every task, and made-up ones",
    "sources": "Finished searches as sources",
    "spaces": "Sources in another search space",
    "retrieval": "Retrieval from finished tables",
    "gates": "Which gate decides something",
    "limits": "What is left to be learned",
    "rerun_figures": "Figures of the literature, rerun",
    "transnas": "TransNAS-Bench-101",
    "two_tasks": "Two tasks: what a source gains a target",
    "nasbench_graph": "NAS-Bench-Graph",
    "scenes": "The table of rendered scenes",
    "scenes-first": "The table of rendered scenes, first measurement",
    "nasbench101": "NAS-Bench-101",
    "ablation": "Ablation and sensitivity",
    "choices": "Which parts of the surrogate find the best",
    "quantities": "What numbers say of architectures: channels, resolution, widths",
    "codes": "Bare codes whose symbols recur",
    "transfer_rank": "Transfer rank against random transfer and none",
    "transfer_signal": "What the labels of transfers add to the surrogate",
    "negative_transfer": "Negative transfer",
    "asynchronous": "Several workers: asynchronous searches against generations",
    "figures": "Trajectories, transfers, and how alike tasks are",
    "embedding_quality": "Embeddings and surrogates by themselves",
    "table_noise": "How noisy the TransNAS tables are",
    "zero_cost": "Scores of untrained networks",
    "zero_cost_search": "Searches with scores of untrained networks",
    "training_truth": "Does live training tell the truth?",
    "training_truth-table": "Does it, with networks and epochs as in the table?",
    "supernet_correlation": "Do shared weights tell the truth?",
    "supernet_correlation-paper": "Do they, in networks of the paper's size?",
    "live_images": "Searches on images",
    "live_images-paper": "Searches on images at the paper's scale",
    "scenes_sheet": "The data sheet of the table of rendered scenes",
    "scenes_recipe": "How far seeds agree on networks trained on rendered scenes",
}
"""Experiments in the order of the report, with their headings."""

WITHOUT_SECTION = frozenset({"scenes_table", "scenes_package"})
"""Experiments that the report leaves out: they measure, over many days, a table that others search, and pack it."""

FIRST = "-first"
"""How results end that an experiment keeps of the first time that it was run."""

INDEX = "index"
"""Name of the page that lists the others."""

BESIDE = frozenset({"faults"})
"""Pages of the folder that something else makes: `benchmarks/faults.py`."""

TABLES: Mapping[str, str] = {
    "NAS-Bench-201": "nasbench201|NAS-Bench-201",
    "NAS-Bench-101": r"nasbench101|\bNAS-Bench-101",
    "NAS-Bench-Graph": "nasbench-graph|NAS-Bench-Graph",
    "TransNAS": "transnas|TransNAS",
    "M-DESIGN": "mdesign|M-DESIGN",
    "scenes": r"\bscenes\b",
    "images": "MNIST",
}
"""Data that the index names, and how a result, or the first line of its experiment, tells that it is of them."""

INTRODUCTION = """\
# Results

Made by `python -m experiments.report` from the files in `experiments/results`; do not edit. What each experiment is,
and how to run it again: [Reproduce the paper](../experiments.md). In a browser, tables sort by a click on their heads,
and show the rows that hold the words of the field above them.

* An *evaluation* is the first query of an architecture on a task, migrants and failures included. A *true rank* is 1 +
  the number of listed architectures with strictly better validation fitness.
* Arms share their seeds; differences are paired. *Better* and *worse* stand only where a test, corrected for the number
  of tests of its table, says so at the level of 5 %; all else is *not significant*.
* *Published* marks figures of others, copied from the papers named; *rerun*, those that others got with the same
  methods on the same tables. Everything else was measured here, methods of others included.
"""

HEAD = "| result | group | data | seeds | CPU time | commit |\n|---|---|---|---|---|---|\n"


def main() -> None:
    """Write the pages, and what other pages show of the results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--results", type=Path, default=RESULTS, help="directory of the result files")
    parser.add_argument("--out", type=Path, default=TARGET, help="directory of the pages (default: docs/results)")
    options = parser.parse_args()
    folder = options.out
    folder.mkdir(exist_ok=True)
    made = pages(options.results, folder)
    for name, text in made.items():
        (folder / f"{name}.md").write_text(text)
    for old in sorted(folder.glob("*.md")):
        if old.stem not in made.keys() | BESIDE:
            old.unlink()
    print(f"written: {len(made)} pages in {folder.name}")
    for other in sorted(folder.parent.glob("*.md")):
        text = other.read_text()
        shown = renewed(text, options.results, folder.parent)
        if shown != text:
            other.write_text(shown)
            print(f"renewed: {other.name}")


def renewed(text: str, results: Path, folder: Path) -> str:
    """A page with the results that it shows as they are now."""

    def show(found: re.Match[str]) -> str:
        path = results / f"{found[1]}.md"
        return f"<!-- {found[1]} -->\n{body(path, folder)}<!-- /{found[1]} -->" if path.is_file() else found[0]

    return re.sub(r"<!-- ([\w-]+) -->\n.*?<!-- /\1 -->", show, text, flags=re.DOTALL)


def pages(results: Path, folder: Path) -> dict[str, str]:
    """The pages by name, with pictures addressed from their folder."""
    there = [name for name in SECTIONS if (results / f"{name}.md").is_file()]
    missing = [f"`{command(name)}`" for name in SECTIONS if name not in there and not name.endswith(FIRST)]
    index = INTRODUCTION + "\n" + HEAD + "".join(row(results, name) for name in there)
    if missing:
        index += f"\n## Not run yet\n\n{', '.join(missing)}\n"
    return {INDEX: index} | {name: page(results, folder, name) for name in there}


def page(results: Path, folder: Path, name: str) -> str:
    """What an experiment came to."""
    text = re.sub(r"^### ", "## ", body(results / f"{name}.md", folder), flags=re.MULTILINE)
    return f"# {SECTIONS[name]}\n\n{origin(results / f'{name}.json', name)}\n{text}"


def row(results: Path, name: str) -> str:
    """The line of a result in the index."""
    path = results / f"{name}.json"
    told = json.loads(path.read_text()) if path.is_file() else {}
    script = module_of(name.partition("-")[0])
    group = script.split(".")[1]
    about = (ROOT / Path(*script.split("."))).with_suffix(".py").read_text().partition("\n")[0]
    text = SECTIONS[name] + about + (results / f"{name}.md").read_text()
    shown = [table for table, pattern in TABLES.items() if re.search(pattern, text)]
    spent = duration(told["cpu_s"]) if told else ""
    cells = (
        f"[{SECTIONS[name]}]({name}.md)",
        group,
        ", ".join(shown),
        told.get("seeds") or "",
        spent,
        told.get("commit", ""),
    )
    return f"| {' | '.join(map(str, cells))} |\n"


def command(name: str) -> str:
    """What to call for results of that name; after a hyphen stands their scale."""
    script, _, scale = name.partition("-")
    return f"python -m {module_of(script)}" + (f" --scale {scale}" if scale else "")


def module_of(script: str) -> str:
    """The module of an experiment, in whichever group it is; without any, where it would lie without groups."""
    found = next(iter(sorted(EXPERIMENTS.glob(f"*/{script}.py"))), EXPERIMENTS / f"{script}.py")
    return ".".join(found.relative_to(ROOT).with_suffix("").parts)


def as_today(recorded: str) -> str:
    """A recorded command, of which results made before there were groups name a file."""
    return re.sub(r"^python experiments/(\w+)\.py", lambda found: f"python -m {module_of(found[1])}", recorded)


def origin(path: Path, name: str) -> str:
    """How the figures came about."""
    if not path.is_file():
        return f"`{command(name)}`; made before records of commit, seeds and time were kept.\n"
    told = json.loads(path.read_text())
    versions = told["environment"]
    counts = {key: told[key] for key in ("runs", "evaluations") if key in told} | told.get("counts", {})
    spent = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    drawn = f"seeds 0 to {told['seeds'] - 1} unless a table says otherwise" if told["seeds"] else "nothing drawn"
    names = {"python": "Python", "numpy": "NumPy", "gensim": "gensim", "torch": "torch"}
    used = ", ".join(f"{name} {versions[key]}" for key, name in names.items() if versions.get(key))
    text = (
        f"`{as_today(told['command'])}`; commit {told['commit']}; {drawn}; {spent}, {duration(told['cpu_s'])} of CPU "
        f"time on {told['hardware']}; {used}."
    )
    earlier = len(set(told["code"]) - {told.get("program")}) if "program" in told else len(told["code"]) - 1
    if earlier:
        text += f" Runs that had been kept were not repeated; earlier states of the program ({earlier}) had made them."
    return text + "\n"


def body(path: Path, folder: Path) -> str:
    """What an experiment wrote, with pictures addressed from the page's folder."""
    prefix = f"{os.path.relpath(path.parent.resolve(), folder.resolve())}/".replace(os.sep, "/")
    text = re.sub(r"(!\[[^\]]*\]\()", lambda found: found[1] + prefix, path.read_text())
    return re.sub(r"^## ", "### ", text, flags=re.MULTILINE)


if __name__ == "__main__":
    main()
