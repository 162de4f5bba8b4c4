"""Tables of the results pages in a real browser: sorted by a click or a key, filtered by words."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "docs" / "javascripts" / "tables.js"
ROWS = [
    ("random-search", "142 [124.2, 161.4] / 141", "1 h 10 min"),
    ("ktnas", "20.78 [17.11, 24.79] / 18.5", "43.0 s"),
    ("ktnas-paper", "1,113.4 [92, 136] / 107", "19 min 38 s"),
    ("NSGANetV2", "-", ""),
    ("gp-search", "-.476 / .5", "2 min 3 s"),
    ("mfea", "<.001", "5 s"),
    ("mtnas", "+3", "6 s"),
    ("emt-nas", "7", "7 s"),
]


@pytest.fixture
def page(opened, tmp_path):
    def shown(folder):
        body = "".join(f"<tr><td>{'</td><td>'.join(row).replace('<.', '&lt;.')}</td></tr>" for row in ROWS)
        head = "<tr><th>method</th><th>after 25</th><th>CPU time</th></tr>"
        path = tmp_path / folder / "transnas.html"
        path.parent.mkdir()
        path.write_text(
            f"<!doctype html><meta charset=utf-8><div class=md-typeset><table><thead>{head}</thead><tbody>{body}"
            f"</tbody></table></div><script>{SCRIPT.read_text('utf-8')}</script>",
            encoding="utf-8",
        )
        return opened(path.as_uri())

    return shown


def methods(page):
    return [row.inner_text().split("\t")[0] for row in page.locator("tbody tr:visible").all()]


def test_numbers_are_sorted_as_numbers_and_what_is_empty_comes_last(page):
    at = page("results")
    at.click("th:has-text('after 25') button")
    assert methods(at) == [
        "gp-search",
        "mfea",
        "mtnas",
        "emt-nas",
        "ktnas",
        "random-search",
        "ktnas-paper",
        "NSGANetV2",
    ]
    at.focus("th:has-text('after 25') button")
    at.keyboard.press("Enter")
    assert methods(at)[0] == "ktnas-paper"
    assert methods(at)[-1] == "NSGANetV2"
    assert at.get_attribute("th:has-text('after 25')", "aria-sort") == "descending"
    at.click("th:has-text('CPU time') button")
    assert methods(at) == [
        "mfea",
        "mtnas",
        "emt-nas",
        "ktnas",
        "gp-search",
        "ktnas-paper",
        "random-search",
        "NSGANetV2",
    ]
    assert at.get_attribute("th:has-text('after 25')", "aria-sort") is None
    at.click("th:has-text('method') button")
    assert methods(at)[0] == "emt-nas"


def test_the_field_shows_the_rows_that_hold_all_words(page):
    at = page("results")
    at.fill("input.filters", "KTNAS 107")
    assert methods(at) == ["ktnas-paper"]
    at.fill("input.filters", "")
    assert len(methods(at)) == len(ROWS)


def test_tables_of_other_pages_are_left_alone(page):
    at = page("elsewhere")
    assert at.locator("button, input").count() == 0
