"""How docstrings become Markdown: doctests are fenced, double backticks are single ones; mkdocs.yml names it."""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension, Object


def as_markdown(docstring: str) -> str:
    """A docstring with its doctests as fenced blocks."""

    def fenced(found: re.Match[str]) -> str:
        indent = found[1]
        return f"{indent}```pycon\n{found[0].rstrip()}\n{indent}```\n"

    text = re.sub(r"^([ ]*)>>> .*\n?(?:^(?=[ ]*\S).*\n?)*", fenced, docstring, flags=re.MULTILINE)
    return re.sub(r"``([^`\n]+)``", r"`\1`", text)


class Docstrings(Extension):
    """Rewrites each docstring as it is read."""

    def on_instance(self, *, obj: Object, **_: Any) -> None:
        """Rewrite that of a module, class, function or attribute."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)
