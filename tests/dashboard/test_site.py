"""What the dashboard answers, and to whom: without a socket."""

import json
import shutil
from http import HTTPStatus

import pytest

from ktnas.dashboard.site import Site, host_allowed
from ktnas.errors import DataError
from tests.dashboard.runs import cut

HOST = "127.0.0.1:8321"


@pytest.fixture
def pages():
    """Directories whose pages were made."""
    return []


@pytest.fixture
def site(root, pages):
    def page_of(path):
        pages.append(path)
        return {"title": path.name}

    return Site(root, page_of)


def data(answer):
    assert answer.status == HTTPStatus.OK
    return json.loads(answer.body)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:8321", True),
        ("localhost:9", True),
        ("LOCALHOST", True),
        ("[::1]:80", True),
        ("[::1]", True),
        (None, False),
        ("", False),
        ("evil.example", False),
        ("evil.example:8321", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:8321", False),
        ("127.0.0.1:8321@evil.example", False),
        ("::1", False),
        ("127.0.0.1:", False),
        ("0.0.0.0:8321", False),
    ],
)
def test_only_hosts_of_this_machine_are_answered(site, host, allowed):
    """Another name leads here by a name server that somebody else controls."""
    assert host_allowed(host) == allowed
    assert (site.answer("GET", "/api/runs", host).status == HTTPStatus.OK) == allowed


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_can_be_done_but_look(site, method):
    assert site.answer(method, "/", HOST).status == HTTPStatus.METHOD_NOT_ALLOWED


def test_pages_and_files_come_with_headers_that_let_nothing_else_in(site):
    for path, kind in (("/", "text/html"), ("/run?name=done", "text/html"), ("/assets/list.js", "text/javascript")):
        answer = site.answer("GET", path, HOST)
        assert answer.status == HTTPStatus.OK
        headers = answer.headers()
        assert headers["Content-Type"].startswith(kind)
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "script-src 'self';" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert b"http://" not in answer.body.replace(b"http://www.w3.org", b"")
        assert b"https://" not in answer.body


@pytest.mark.parametrize(
    "target",
    [
        "/assets/../site.py",
        "/assets/..%2fsite.py",
        "/assets/list.js/",
        "/assets/",
        "/etc/passwd",
        "//etc/passwd",
        "/api",
        "/api/runs/",
        "/done/config.json",
        "*",
        "",
    ],
)
def test_no_path_leads_anywhere_else(site, target):
    assert site.answer("GET", target, HOST).status == HTTPStatus.NOT_FOUND


def test_the_list(site, root):
    told = data(site.answer("GET", "/api/runs", HOST))
    assert told["root"] == str(root)
    assert [row["name"] for row in told["rows"]] == ["done"]
    assert (told["links"], told["refused"], told["whole"], told["reading"]) == (0, 0, True, False)


def test_what_has_not_changed_is_not_sent_again(site, root):
    answer = site.answer("GET", "/api/runs", HOST)
    assert answer.unless_known("") == answer
    assert answer.unless_known('"other"') == answer
    same = site.answer("GET", "/api/runs", HOST).unless_known(f'W/{answer.tag}, "x"')
    assert (same.status, same.body) == (HTTPStatus.NOT_MODIFIED, b"")
    cut(root / "done", 3)
    assert site.answer("GET", "/api/runs", HOST).unless_known(answer.tag).status == HTTPStatus.OK


def test_a_runs_page_is_made_anew_only_once_its_record_has_changed(site, root, pages):
    for _ in range(3):
        told = data(site.answer("GET", "/api/run?name=done", HOST))
        assert told["page"] == {"title": "done"}
        assert told["row"]["state"] == "finished"
        assert (told["parts"], told["problem"]) == ([], "")
    assert pages == [root / "done"]
    cut(root / "done", 3)
    assert data(site.answer("GET", "/api/run?name=done", HOST))["row"]["done"] == 3
    assert len(pages) == 2


@pytest.mark.parametrize(
    "name", ["..", "../runs/done", "/etc", "done/", "done/config.json", "", "done%00", "d" * 9_999]
)
def test_only_records_that_were_found_are_shown(site, pages, name):
    told = data(site.answer("GET", f"/api/run?name={name}", HOST))
    assert told["row"] is told["page"] is None
    assert "there is no run" in told["problem"]
    assert pages == []


def test_links_within_a_record_are_not_followed(site, root, pages, tmp_path):
    shutil.copytree(root / "done", root / "link")
    (root / "link" / "trials.jsonl").rename(tmp_path / "elsewhere")
    (root / "link" / "trials.jsonl").symlink_to(tmp_path / "elsewhere")
    told = data(site.answer("GET", "/api/run?name=link", HOST))
    assert told["problem"] == "trials.jsonl is a link, which is not followed"
    assert pages == []


def test_a_record_that_cannot_be_shown_says_why(root):
    def page_of(path):
        raise DataError(f"{path} is damaged\x1b[31m")

    told = data(Site(root, page_of).answer("GET", "/api/run?name=done", HOST))
    assert told["page"] is None
    assert told["problem"] == f"{root}/done is damaged\\x1b[31m"
    assert told["row"]["state"] == "finished"


def test_names_of_every_kind_are_data(site, root):
    name = '<img src=x onerror="alert(1)"> ünï %2e&name=done'
    (root / "done").rename(root / name)
    assert [row["name"] for row in data(site.answer("GET", "/api/runs", HOST))["rows"]] == [name]
    from urllib.parse import quote

    assert data(site.answer("GET", f"/api/run?name={quote(name)}", HOST))["row"]["name"] == name
