"""A real browser, headless: the system's Chromium, driven by Playwright.

Where there is none, tests that need one skip with a reason; with KTNAS_REQUIRE_BROWSER=1 they fail instead, as in CI.
"""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager

import pytest

from ktnas.dashboard.serving import make_server
from tests.dashboard.runs import age, study

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def _miss(message):
    if os.environ.get("KTNAS_REQUIRE_BROWSER") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
def browser():
    """One browser for a module, as an event loop runs in this thread until it is closed; each test has own pages."""
    path = os.environ.get("KTNAS_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        _miss("no browser is here: apt-get install chromium, or KTNAS_BROWSER=PATH")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _miss("playwright, which drives the browser, is not installed: pip install playwright")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser):
    """Opens pages, and finds out at the end whether one of them has met an error, or asked anybody else."""
    contexts, wrong = [], []

    def look(request):
        address = request.url
        if not address.startswith(("http://127.0.0.1:", "file:///", "data:", "blob:")):
            wrong.append(f"a request leaves this machine: {address}")

    def open_(address, *, width=1_280, height=900, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", look)
        page.on("console", lambda told: told.type in {"error", "warning"} and wrong.append(told.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        return page

    open_.wrong = wrong
    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A directory with a finished run, one that goes on, and one whose name is markup."""
    root = tmp_path_factory.mktemp("runs")
    study(root / "done").run()
    study(root / "<b onclick=alert(1)>", seed=1).run()
    for place in root.iterdir():
        age(place)
    return root


@contextmanager
def shown(root):
    """The address of a dashboard of a directory."""
    server = make_server(root, port=0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.address
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def address(runs):
    with shown(runs) as found:
        yield found
