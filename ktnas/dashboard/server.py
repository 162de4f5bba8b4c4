"""The dashboard as a server on this machine: reads requests, and hands them to `ktnas.dashboard.site`."""

from __future__ import annotations

import socket
import sys
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from ktnas.dashboard.answer import Answer, said
from ktnas.dashboard.site import Site
from ktnas.errors import ConfigurationError, reason

PORT = 8321
"""Where it listens, unless another port is asked for, or this one is taken."""

_PATIENCE_S = 30.0
"""A connection on which nothing comes is closed after so many seconds."""


class Server(ThreadingHTTPServer):
    """Listens on the loopback interface, and answers from a site."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, site: Site, host: str, port: int) -> None:
        """Listen.

        Args:
            site: What is answered.
            host: An address of the loopback interface.
            port: Where; 0 for any that is free.

        Raises:
            OSError: If it cannot listen there.
        """
        self.site = site
        self._defects: set[str] = set()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Listen, without asking a name server who we are, as the library would."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        host = f"[{self.server_name}]" if ":" in self.server_name else self.server_name
        return f"http://{host}:{self.server_port}/"

    def answer(self, method: str, target: str, host: str | None) -> Answer:
        """The site's answer; where that meets a defect of ours, what it was, and once its traceback as well."""
        try:
            return self.site.answer(method, target, host)
        except Exception as error:  # the next request, and other pages, are to be answered
            said_before = reason(error) in self._defects
            self._defects.add(reason(error))
            if not said_before:
                traceback.print_exc()
            return said(HTTPStatus.INTERNAL_SERVER_ERROR, f"the dashboard met a defect of its own: {reason(error)}")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that has gone is no error; anything else keeps its traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server_version, sys_version = "ktnas", ""
    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE_S

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET

    def _answer(self) -> None:
        server = cast("Server", self.server)
        answer = server.answer(self.command, self.path, self.headers.get("Host"))
        answer = answer.unless_known(self.headers.get("If-None-Match", ""))
        if self.headers.get("Content-Length") or self.headers.get("Transfer-Encoding"):
            self.close_connection = True  # what it sends is not read
        self.send_response(answer.status)
        for name, value in answer.headers().items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing: a page that is open asks every second."""


def listening(site: Site, host: str, port: int | None) -> Server:
    """A server at a port, or at the usual one, or at a free one if that is taken.

    Args:
        site: What is answered.
        host: An address of the loopback interface.
        port: Where; None for `PORT`, or any if that is taken.

    Raises:
        ConfigurationError: If it cannot listen there.
    """
    for candidate in (PORT, 0) if port is None else (port,):
        try:
            return Server(site, host, candidate)
        except (OSError, OverflowError) as error:
            problem = error
    why = getattr(problem, "strerror", None) or str(problem)
    raise ConfigurationError(
        f"cannot listen on port {port if port is not None else PORT} of {host} ({why}); choose another --port, "
        "or none for one that is free"
    )
