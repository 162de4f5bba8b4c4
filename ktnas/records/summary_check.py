"""The check of a summary: figures that were changed since it was written are not believed.

It covers every field but ``seconds`` and ``cost_s``, in which equal runs differ, so that equal runs have equal checks.
Summaries that older programs wrote have none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

CHECK = "check"
"""The field that holds it, the last of a summary."""

_APART = frozenset({"seconds", "cost_s", CHECK})


def check_of(summary: Mapping[str, object]) -> str:
    """16 hexadecimal digits of the SHA-256 of a summary as sorted JSON, without what differs between equal runs."""
    plain = json.dumps(_without_costs(summary), sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def is_as_written(summary: Mapping[str, object]) -> bool:
    """Whether a summary's check fits; one without is taken as it is."""
    return CHECK not in summary or summary[CHECK] == check_of(summary)


def _without_costs(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_costs(part) for key, part in value.items() if key not in _APART}
    return [_without_costs(part) for part in value] if isinstance(value, list) else value
