"""What the dashboard answers to a request: plain values, so that all of it but the socket is tried without one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from ktnas.typing import JSON

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a page may load: nothing from anywhere else, and no script within it. The chart library makes style elements."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""Headers of every answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        status: How it went.
        kind: Media type of the body.
        body: The body.
        tag: What tells this body from others; empty where it is not asked for again.
    """

    status: HTTPStatus
    kind: str
    body: bytes
    tag: str = field(default="")

    def headers(self) -> dict[str, str]:
        """All headers but the length."""
        return {**HEADERS, "Content-Type": self.kind, **({"ETag": self.tag} if self.tag else {})}

    def unless_known(self, known: str) -> Answer:
        """Nothing but a word that it has not changed, where the browser has this body already.

        Args:
            known: The request's ``If-None-Match``; empty if it has none.
        """
        if not self.tag or self.tag not in {one.strip().removeprefix("W/") for one in known.split(",")}:
            return self
        return Answer(HTTPStatus.NOT_MODIFIED, self.kind, b"", self.tag)


def tagged(body: bytes, kind: str) -> Answer:
    """A body that can be asked for again."""
    return Answer(HTTPStatus.OK, kind, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def said(status: HTTPStatus, text: str) -> Answer:
    """A sentence: what was wrong with the request."""
    return Answer(status, "text/plain; charset=utf-8", f"{text}\n".encode())


def json_answer(value: Mapping[str, JSON]) -> Answer:
    """Data that can be asked for again."""
    return tagged(json.dumps(value, allow_nan=False, separators=(",", ":")).encode(), "application/json")
