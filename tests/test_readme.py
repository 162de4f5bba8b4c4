import doctest
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_examples_of_the_readme_run() -> None:
    attempted = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert attempted.attempted >= 5
    assert attempted.failed == 0


def anchors(page: Path) -> set[str]:
    """What a heading is linked to by: lower case, without punctuation, hyphens for spaces."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_of_the_readme_and_docs_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
            linked = page.parent / target if target else page
            assert linked.exists(), f"{page.name} links to {target}"
            assert not anchor or anchor in anchors(linked), (
                f"{page.name} links to {target}#{anchor}, which has no such heading"
            )
