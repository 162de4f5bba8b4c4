import doctest
import json
import re
import runpy
from collections.abc import Sequence
from pathlib import Path

import pytest

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
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
            linked = page.parent / target if target else page
            assert linked.exists(), f"{page.name} links to {target}"
            assert not anchor or anchor in anchors(linked), (
                f"{page.name} links to {target}#{anchor}, which has no such heading"
            )


def demo() -> dict[str, object]:
    return runpy.run_path(str(ROOT / "docs" / "demo.py"))


@pytest.mark.slow
def test_the_picture_is_of_the_present_program(tmp_path: Path) -> None:
    """`make picture` remakes both where a change to the search is meant."""
    module = demo()
    recorded = json.loads((ROOT / "docs" / "images" / "demo.json").read_text(encoding="utf-8"))
    assert module["digest"]() == recorded["picture"], "the picture is not the one recorded: run `make picture`"
    found = module["searched"](tmp_path)
    for kind in ("together", "alone"):
        assert found[kind] == recorded[kind], "the program finds another: run `make picture`"
    assert (tmp_path / "convergence.png").is_file()


def test_the_first_page_claims_no_more_than_was_measured() -> None:
    """Every mean with its interval on the first page stands, rounded, in docs/results/."""
    number = r"([\d,]+(?:\.\d+)?)"
    pattern = rf"\*{{0,2}}{number}\*{{0,2}} \[{number}, {number}\]"
    measured = {
        tuple(float(text.replace(",", "")) for text in found)
        for page in (ROOT / "docs" / "results").glob("*.md")
        for found in re.findall(rf"{number} \[{number}, {number}\]", page.read_text("utf-8"))
    }
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    claims = re.findall(pattern, readme.split("## Measured")[1])
    assert len(claims) > 20
    for claim in claims:
        digits = [len(text.partition(".")[2]) for text in claim]
        values = tuple(float(text.replace(",", "")) for text in claim)
        assert any(near(values, exact, digits) for exact in measured), f"no page of docs/results/ has {claim}"


def near(values: Sequence[float], exact: Sequence[float], digits: Sequence[int]) -> bool:
    pairs = zip(values, exact, digits, strict=True)
    return all(abs(value - other) <= 0.5001 * 10**-places for value, other, places in pairs)


def test_what_is_said_of_transfer_is_what_the_tests_say() -> None:
    section = (ROOT / "docs" / "results" / "transfer_rank.md").read_text(encoding="utf-8")
    verdicts = re.findall(r"\| (better|worse|not significant) +\|$", section, flags=re.MULTILINE)
    assert verdicts == ["not significant"] * 16
    readme = re.sub(r"\s+", " ", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert "what transfer rank adds could not be told from nothing" in readme
    assert "16 comparisons over four methods, [none significant](docs/results/transfer_rank.md)" in readme
