"""Numbers as people read them."""

from __future__ import annotations


def number_text(value: float) -> str:
    """Five significant digits, without an exponent where the number reads well without.

    >>> number_text(0.581234567), number_text(12.0), number_text(1234567.0)
    ('0.58123', '12.000', '1234567')
    """
    magnitude = abs(value)
    if magnitude >= 10_000:
        return f"{value:.0f}" if magnitude < 1e9 else f"{value:.4e}"
    if magnitude and magnitude < 1e-4:
        return f"{value:.4e}"
    whole = len(str(int(magnitude))) if magnitude >= 1 else 0
    return f"{value:.{max(0, 5 - whole)}f}"


def count_text(value: float) -> str:
    """A whole number in full, others as `number_text`.

    >>> count_text(3302), count_text(3302.0)
    ('3,302', '3302.0')
    """
    return f"{value:,}" if isinstance(value, int) else number_text(value)


def duration(seconds: float) -> str:
    """A length of time to read.

    >>> duration(3.21), duration(75), duration(7260)
    ('3.2 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
