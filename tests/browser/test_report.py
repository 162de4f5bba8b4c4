"""The report of a run in a real browser, as the one file that it is: offline, in light and dark."""

import pytest

from tests.dashboard.runs import study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    directory = tmp_path_factory.mktemp("report")
    searched = study(directory / "run", budget=40)
    searched.run()
    searched.report(directory / "report.html")
    return (directory / "report.html").as_uri()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1_280), ("dark", 400)])
def test_it_opens_offline_and_its_charts_are_drawn(opened, report, scheme, width):
    page = opened(report, width=width, scheme=scheme)
    page.wait_for_selector("h1")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.locator("#convergence").scroll_into_view_if_needed()
    page.wait_for_function(
        "document.querySelectorAll('#convergence [data-chart] .bk-Figure, #convergence canvas').length > 0"
    )
    drawn = page.locator("#convergence [data-chart]").first.bounding_box()
    assert drawn["height"] > 100
    assert drawn["width"] <= width


def test_its_table_sorts_and_filters(opened, report):
    page = opened(report)
    page.locator("#trials").scroll_into_view_if_needed()
    count = page.locator("#trials .count")
    whole = count.inner_text()
    page.fill("#trials input[type=search]", "loss")
    page.wait_for_function(f"document.querySelector('#trials .count').textContent !== {whole!r}")
    rows = page.locator("#trials tbody tr")
    assert all("loss" in text for text in rows.all_inner_texts())
    page.locator("#trials th button", has_text="value").click()
    head = page.locator("#trials th", has_text="value")
    assert head.get_attribute("aria-sort") == "descending"
    place = [th.strip() for th in page.locator("#trials th").all_inner_texts()].index(head.inner_text().strip())
    values = [
        float(text) for text in page.locator(f"#trials tbody td:nth-child({place + 1})").all_inner_texts() if text
    ]
    assert values == sorted(values, reverse=True)
    assert len(values) > 5
