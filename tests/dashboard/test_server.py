"""The server on its socket: the loopback interface alone, HTTP as browsers speak it, and the command that starts it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from ktnas.cli.main import main
from ktnas.dashboard.server import PORT, listening
from ktnas.dashboard.site import Site
from ktnas.errors import ConfigurationError


@contextmanager
def served(site, host="127.0.0.1"):
    server = listening(site, host, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server(root):
    with served(Site(root, lambda paths: {"title": paths[0].name})) as server:
        yield server


def ask(server, target, method="GET", **headers):
    connection = http.client.HTTPConnection(server.server_name, server.server_port, timeout=30)
    try:
        connection.request(method, target, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_it_listens_on_the_loopback_interface_alone(server):
    assert server.socket.getsockname()[0] == "127.0.0.1"
    assert server.address == f"http://127.0.0.1:{server.server_port}/"


def test_it_speaks_http(server):
    response, body = ask(server, "/api/runs")
    assert response.status == 200
    assert response.getheader("Content-Security-Policy")
    assert int(response.getheader("Content-Length")) == len(body)
    response, nothing = ask(server, "/api/runs", **{"If-None-Match": response.getheader("ETag")})
    assert (response.status, nothing) == (304, b"")
    response, nothing = ask(server, "/api/runs", "HEAD")
    assert (response.getheader("Content-Length"), nothing) == (str(len(body)), b"")
    assert ask(server, "/api/runs", "POST")[0].status == 405
    assert ask(server, "/api/runs", Host="evil.example")[0].status == 403
    assert "ktnas" in response.getheader("Server")
    assert "Python" not in response.getheader("Server")


def test_what_is_sent_along_is_not_taken_for_a_request(server):
    body = b"GET /api/runs HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.create_connection((server.server_name, server.server_port), timeout=30) as connection:
        head = f"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        received = b""
        while part := connection.recv(65_536):
            received += part
    assert received.count(b"HTTP/1.1 ") == 1


def test_a_defect_of_ours_is_an_answer_and_said_once(root, capsys):
    def make(paths):
        raise AssertionError("this cannot be")

    with served(Site(root, make)) as server:
        for _ in range(2):
            response, body = ask(server, "/api/run?name=done")
            assert response.status == 500
            assert body == b"the dashboard met a defect of its own: AssertionError: this cannot be\n"
        assert ask(server, "/api/runs")[0].status == 200
    assert capsys.readouterr().err.count("Traceback") == 1


def test_a_port_that_is_taken(root):
    site = Site(root, dict)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"cannot listen on port {taken} of 127.0.0.1 .*another --port"):
            listening(site, "127.0.0.1", taken)
    try:
        other = socket.create_server(("127.0.0.1", PORT))
    except OSError:  # somebody has it already
        other = None
    server = listening(site, "127.0.0.1", None)
    assert server.server_port != PORT
    server.server_close()
    if other is not None:
        other.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "there is no directory nowhere; name the one that holds your runs"),
        (["file"], "file is no directory"),
        ([], "there is no directory runs; `ktnas run` makes it with the first run"),
        ([".", "--port", "65536"], "--port must be from 0"),
        ([".", "--port", "-1"], "--port must be from 0"),
    ],
)
def test_mistakes_at_the_command_line(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert main(["dashboard", *arguments]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(f"ktnas: error: {said}")
    assert error.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_cleanly(root, number, code):
    command = [sys.executable, "-m", "ktnas", "dashboard", str(root), "--port", "0"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # ignored in the background  # noqa: PLW1509
    ) as process:
        try:
            line = process.stdout.readline()
            assert line.startswith(f"{root} is shown at http://127.0.0.1:")
            process.send_signal(number)
            out, error = process.communicate(timeout=60)
        finally:
            process.kill()
        assert (process.returncode, out) == (code, "")
        assert error.removeprefix("only this machine can see it; Ctrl+C ends it\n") == "python -m ktnas: interrupted\n"
