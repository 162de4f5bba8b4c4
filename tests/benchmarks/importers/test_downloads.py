"""Downloads, from a server on this machine alone."""

import hashlib
import pickle
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ktnas.benchmarks.importers.downloads import DOWNLOADS, Download, chosen, download
from ktnas.benchmarks.importers.registry import IMPORTERS
from ktnas.cli.main import main
from ktnas.errors import ConfigurationError, DataError, UnknownNameError

pytest.importorskip("pooch")


@pytest.fixture
def content(sizes):
    return pickle.dumps(sizes.whole())


@pytest.fixture
def server(content):
    """Serves the file; ``/cut`` breaks off in the middle."""

    class Handler(BaseHTTPRequestHandler):
        asked = 0

        def do_GET(self):
            Handler.asked += 1
            if self.path.startswith("/none"):
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if self.path.startswith("/cut") else content)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.handler = Handler
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def of(server, content):
    def at(path, digest=None):
        digest = digest or hashlib.sha256(content).hexdigest()
        return Download("nats-sss", f"http://127.0.0.1:{server.server_port}/{path}", digest)

    return at


def test_a_file_comes_once_and_is_held_against_its_digest(tmp_path, server, of, content):
    told = []
    path = download(of("files/sizes.pickle"), tmp_path / "d", lambda *state: told.append(state))
    assert path == tmp_path / "d" / "sizes.pickle"
    assert path.read_bytes() == content
    assert told[-1] == ("downloading", len(content), len(content))
    assert download(of("files/sizes.pickle"), tmp_path / "d") == path
    assert server.handler.asked == 1


@pytest.mark.parametrize(
    ("path", "digest", "problem"),
    [
        ("sizes.pickle", "0" * 64, "is not the file that is expected (another SHA-256 than 000000"),
        ("none.pickle", None, "the server answers 404 Not Found"),
        ("cut.pickle", None, "cannot be downloaded"),
    ],
)
def test_nothing_is_kept_of_what_is_not_the_file(tmp_path, of, path, digest, problem):
    with pytest.raises(DataError, match=re.escape(problem)):
        download(of(path, digest), tmp_path / "d")
    assert list((tmp_path / "d").iterdir()) == []


def test_without_a_connection_it_says_what_to_do_by_hand(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    what = Download("nats-sss", f"http://127.0.0.1:{port}/sizes.pickle", "0" * 64)
    with pytest.raises(DataError, match=r"no connection\); get it by hand from .* ktnas data import sizes.pickle"):
        download(what, tmp_path)


def test_what_is_downloaded_is_imported(capsys, tmp_path, of, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    what = of("sizes.pickle")
    assert main(["data", "fetch", "nats-sss", "--url", what.url, "--sha256", what.sha256.upper()]) == 0
    out, error = capsys.readouterr()
    assert "nats_size.csv.gz: 7 architectures" in out
    assert "the download is kept" in out
    assert "Downloading data" not in error
    assert what.sha256 in error
    assert (tmp_path / "cache" / "ktnas" / "nats_size.csv.gz").is_file()


def test_what_upstream_publishes_is_known():
    assert chosen("nasbench101", None, None).filename == "nasbench_only108.tfrecord"
    for one in DOWNLOADS.values():
        assert one.distribution in IMPORTERS
        assert one.url.startswith("https://")
        assert re.fullmatch(r"[0-9a-f]{64}", one.sha256)


@pytest.mark.parametrize(
    ("arguments", "error", "problem"),
    [
        (("nats-tss", None, None), DataError, "publish no address of which they also publish a digest. Get NATS-Bench"),
        (("nats-tsss", None, None), UnknownNameError, "did you mean 'nats-tss'"),
        (("nats-tss", "https://a.b/c", None), ConfigurationError, "belong together"),
        (("nats-tss", None, "0" * 64), ConfigurationError, "belong together"),
        (("nats-tss", "https://a.b/c", "abc"), ConfigurationError, "takes 64 hexadecimal digits"),
        (("nats-tss", "file:///etc/passwd", "0" * 64), ConfigurationError, "the http or https address"),
        (("nats-tss", "https://a.b/", "0" * 64), ConfigurationError, "the http or https address"),
    ],
)
def test_what_cannot_be_downloaded_has_a_reason(arguments, error, problem):
    with pytest.raises(error, match=re.escape(problem)):
        chosen(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("fetch", "takes one name: nasbench101, nasbench101-full"),
        ("fetch nats-tss", "Get NATS-Bench, topology space"),
        ("fetch nats-tss --url http://127.0.0.1/x", "--url and --sha256 belong together"),
        ("import x --url http://127.0.0.1/x", "are for `ktnas data fetch NAME`"),
        ("--sha256 0", "are for `ktnas data import` and `ktnas data fetch`"),
    ],
)
def test_mistakes_are_one_line(capsys, arguments, message):
    assert main(["data", *arguments.split()]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert message in error
