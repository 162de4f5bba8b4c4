import doctest
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_examples_of_the_readme_run() -> None:
    attempted = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert attempted.attempted >= 5
    assert attempted.failed == 0


def test_links_of_the_readme_and_docs_lead_somewhere() -> None:
    import re

    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
