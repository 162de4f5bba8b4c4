"""What the dashboard answers, and to whom: without a socket."""

import json
import os
import shutil
import sys
from dataclasses import replace
from http import HTTPStatus

import pytest

from ktnas.dashboard import pages as dashboard_pages
from ktnas.dashboard.pages import Pages
from ktnas.dashboard.site import Site, host_allowed
from ktnas.errors import DataError
from ktnas.records.found import find_records
from tests.dashboard.runs import change, cut

HOST = "127.0.0.1:8321"


@pytest.fixture
def pages():
    """Directories whose pages were made."""
    return []


@pytest.fixture
def site(root, pages):
    def make(paths):
        pages.append(paths)
        return {"title": ", ".join(path.name for path in paths)}

    return Site(root, make)


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
        assert told["rows"][0]["state"] == "finished"
        assert (told["parts"], told["problem"]) == ([], "")
    assert pages == [[root / "done"]]
    site.pages._kept[("done",)] = replace(site.pages._kept[("done",)], until=0)  # its rest is over
    cut(root / "done", 3)
    assert data(site.answer("GET", "/api/run?name=done", HOST))["rows"][0]["done"] == 3
    assert len(pages) == 2


@pytest.mark.parametrize(
    "name", ["..", "../runs/done", "/etc", "done/", "done/config.json", "", "done%00", "d" * 9_999]
)
def test_only_records_that_were_found_are_shown(site, pages, name):
    told = data(site.answer("GET", f"/api/run?name={name}", HOST))
    assert (told["rows"], told["page"]) == ([], None)
    assert "there is no run" in told["problem"]
    assert pages == []


@pytest.mark.parametrize("link", ["trials.jsonl", "seed-0", "alone/seed-1/config.json"])
def test_links_within_a_record_are_not_followed(site, root, pages, tmp_path, link):
    shutil.copytree(root / "done", root / "link")
    (root / "link" / link).parent.mkdir(parents=True, exist_ok=True)
    (root / "link" / link).unlink(missing_ok=True)
    (root / "link" / link).symlink_to(root / "done" / ("trials.jsonl" if "." in link else ""))
    told = data(site.answer("GET", "/api/run?name=link", HOST))
    assert told["problem"] == f"{link} is a link, which is not followed"
    assert pages == []


def test_other_tools_may_have_links_of_their_own(site, root, pages):
    (root / "done" / "wandb").mkdir()
    (root / "done" / "wandb" / "latest-run").symlink_to(root)
    (root / "done" / "notes.txt").symlink_to(root / "done" / "config.json")
    assert data(site.answer("GET", "/api/run?name=done", HOST))["problem"] == ""


def test_several_runs_side_by_side(site, root, pages):
    shutil.copytree(root / "done", root / "other")
    told = data(site.answer("GET", "/api/run?name=other&name=done&name=other", HOST))
    assert told["page"] == {"title": "other, done"}
    assert [row["name"] for row in told["rows"]] == ["other", "done"]
    assert data(site.answer("GET", "/api/run?name=done&name=gone", HOST))["rows"] == []
    many = "&".join(f"name={i}" for i in range(60))
    assert site.answer("GET", f"/api/run?{many}", HOST).status == HTTPStatus.BAD_REQUEST


def test_a_page_that_took_long_rests_four_times_as_long(root):
    now, made = [0.0], []

    def make(paths):
        now[0] += 2
        made.append(now[0])
        return {"number": len(made)}

    def shown():
        (record,) = find_records(root).records
        return data(pages.answer([record], [], {"told": now[0]}))

    pages = Pages(make, clock=lambda: now[0])
    assert shown() == {"told": 0, "page": {"number": 1}, "problem": ""}
    cut(root / "done", 9)
    now[0] = 9.0
    assert shown()["page"] == {"number": 1}  # as it was, though the record has grown
    assert shown()["told"] == 9.0
    now[0] = 10.0
    assert shown()["page"] == {"number": 2}


def test_a_record_that_is_too_large_is_not_read(site, root, pages, monkeypatch):
    monkeypatch.setattr(dashboard_pages, "SIZE_LIMIT", 1_000)
    assert "too much for a page here" in data(site.answer("GET", "/api/run?name=done", HOST))["problem"]
    assert pages == []


def test_a_record_that_cannot_be_shown_says_why(root):
    def make(paths):
        raise DataError(f"{paths[0]} is damaged\x1b[31m")

    told = data(Site(root, make).answer("GET", "/api/run?name=done", HOST))
    assert told["page"] is None
    assert told["problem"] == f"{root}/done is damaged\\x1b[31m"
    assert told["rows"][0]["state"] == "finished"


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text are of Linux")
def test_a_name_that_is_no_text_or_turns_the_order_of_reading(site, root):
    name = os.fsdecode(b"\xff\xe2\x80\xae run")
    (root / "done").rename(root / name)
    (row,) = data(site.answer("GET", "/api/runs", HOST))["rows"]
    assert row["name"] == "\\udcff\\u202e run"
    assert row["key"] == "%FF%E2%80%AE%20run"
    assert data(site.answer("GET", f"/api/run?name={row['key']}", HOST))["rows"] == [row]


def test_numbers_that_json_has_not_are_left_out(site, root):
    for seed in (0, 1):
        shutil.copytree(root / "done", root / "set" / f"seed-{seed}")
        summary = json.loads((root / "done" / "summary.json").read_text())
        summary["tasks"]["total"]["best"]["fitness"] = summary["seconds"]["total"] = 1e308
        del summary["check"]
        (root / "set" / f"seed-{seed}" / "summary.json").write_text(json.dumps(summary))
    config = json.loads((root / "done" / "config.json").read_text())
    (root / "set" / "config.json").write_text(json.dumps({**config, "seeds": [0, 1]}))
    row = next(row for row in data(site.answer("GET", "/api/runs", HOST))["rows"] if row["name"] == "set")
    assert (row["state"], row["seconds"], row["tasks"][0]["value"]) == ("finished", None, None)


def test_what_is_told_of_a_record_is_bounded(site, root):
    change(root / "done" / "config.json", benchmark="x" * 10_000)
    tasks = json.loads((root / "done" / "config.json").read_text())["tasks"]
    change(root / "done" / "config.json", tasks={**tasks, **{f"t{i}": tasks["loss"] for i in range(100)}})
    (root / "done" / "summary.json").unlink()
    (row,) = data(site.answer("GET", "/api/runs", HOST))["rows"]
    assert len(row["benchmark"]) < 350
    assert (len(row["tasks"]), row["more_tasks"]) == (20, 82)


def test_names_of_every_kind_are_data(site, root):
    name = '<img src=x onerror="alert(1)"> ünï %2e&name=done'
    (root / "done").rename(root / name)
    assert [row["name"] for row in data(site.answer("GET", "/api/runs", HOST))["rows"]] == [name]
    from urllib.parse import quote

    assert data(site.answer("GET", f"/api/run?name={quote(name)}", HOST))["rows"][0]["name"] == name
