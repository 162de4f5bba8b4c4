"""The dashboard in a real browser: what is listed and followed, by keyboard, on a narrow screen, in light and dark."""

import shutil
from urllib.parse import quote

import pytest

from tests.dashboard.runs import cut

pytestmark = pytest.mark.slow

WIDER = "document.documentElement.scrollWidth > window.innerWidth"


def listed(page):
    page.wait_for_selector("#body tr")
    return [link.inner_text() for link in page.query_selector_all("#body .named a")]


def test_runs_are_listed_filtered_and_sorted_and_a_reload_keeps_that(opened, address):
    page = opened(address)
    assert set(listed(page)) == {"done", "<b onclick=alert(1)>"}
    assert page.inner_text("#count") == "2 runs"
    row = page.locator("#body tr", has_text="done")
    assert "24 of 24" in row.inner_text()
    assert "finished" in row.inner_text()
    page.fill("#words", "seed done")
    page.wait_for_function("document.querySelector('#count').textContent.startsWith('0 of 2')")
    page.fill("#words", "")
    page.click("#head .col-name button")
    assert page.get_attribute("#head .col-name", "aria-sort") == "ascending"
    names = listed(page)
    page.click("#head .col-name button")
    assert listed(page) == names[::-1]
    page.reload()
    assert listed(page) == names[::-1]


def test_a_search_is_followed_without_a_reload(opened, runs, tmp_path):
    from tests.browser.conftest import shown

    shutil.copytree(runs / "done", tmp_path / "going")
    whole = (tmp_path / "going" / "trials.jsonl").read_bytes().splitlines(keepends=True)
    answered = [sum(b'"repeat": false' in line for line in whole[:n]) for n in (12, 20)]
    first, later = (f"{count} of 24" for count in answered)
    cut(tmp_path / "going", 12)
    with shown(tmp_path) as address:
        listing, page = opened(address), opened(f"{address}run?name=going")
        listing.wait_for_selector(f"text={first}")
        page.wait_for_selector("h1:has-text('regularized')")
        page.wait_for_selector(f".standing >> text={first}")
        for shown_page in (listing, page):
            shown_page.evaluate("window.stayed = true")
        page.locator("#trials").scroll_into_view_if_needed()  # what is out of sight is drawn once it comes near
        page.fill("#trials input[type=search]", "total")
        before = page.inner_text("#trials .count")
        with (tmp_path / "going" / "trials.jsonl").open("wb") as file:
            file.write(b"".join(whole[:20]))
        listing.wait_for_selector(f"text={later}")
        assert listing.inner_text(".state") == "running"
        page.wait_for_selector(f".standing >> text={later}")
        page.wait_for_function(f"document.querySelector('#trials .count').textContent !== {before!r}")
        assert page.input_value("#trials input[type=search]") == "total"  # what was typed stays
        shutil.rmtree(tmp_path / "going")
        listing.wait_for_selector("text=No run lies here yet")
        page.wait_for_selector("text=it may have been removed")
        assert all(one.evaluate("window.stayed") for one in (listing, page))


def test_by_keyboard_alone(opened, address):
    page = opened(address)
    names = listed(page)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "words"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == names[1]
    page.wait_for_timeout(1_800)  # the list is asked for again meanwhile
    assert page.evaluate("document.activeElement.textContent") == names[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/run?name=*")
    page.wait_for_selector("#page h1")
    page.keyboard.press("Tab")
    assert page.inner_text(":focus") == "Skip to the run"


def test_runs_that_are_chosen_are_compared(opened, address):
    page = opened(address)
    for name in listed(page):
        page.get_by_label(f"compare {name}").check()
    page.get_by_text("Compare 2 runs").click()
    page.wait_for_selector("#page h1")
    assert page.inner_text("#trail [aria-current]") == "comparison of 2 runs"
    assert page.locator("#parts li").count() == 2
    page.go_back()
    page.wait_for_selector("#body tr")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_narrow_screen_in_light_and_dark(opened, address, scheme):
    grounds = {"light": "rgb(245, 247, 250)", "dark": "rgb(15, 20, 27)"}
    other = {"light": "dark", "dark": "light"}[scheme]
    for path in ("", f"run?name={quote('<b onclick=alert(1)>')}"):
        page = opened(f"{address}{path}", width=400, height=800, scheme=scheme)
        page.wait_for_selector("#page section, #body tr")
        assert not page.evaluate(WIDER)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == grounds[scheme]
        page.click("#theme")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == grounds[other]
    page.wait_for_selector("[data-chart] canvas, [data-chart] svg, [data-chart] .bk-Figure", state="attached")


def test_when_the_dashboard_has_ended_that_is_said_and_then_that_it_is_back(opened, address):
    page = opened(address)
    listed(page)
    page.route("**/api/**", lambda route: route.abort())
    page.wait_for_selector("text=the dashboard has ended")
    page.unroute("**/api/**")
    page.wait_for_selector("#life.alive")
    assert len(listed(page)) == 2
    opened.wrong.clear()  # what the browser itself says of a server that has gone
