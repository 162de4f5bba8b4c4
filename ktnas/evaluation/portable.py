"""Whether something can be sent to another process, and if not, which part of it and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ktnas.errors import ConfigurationError, reason


def require_portable(parts: Mapping[str, object], pickled: Callable[[object], bytes]) -> None:
    """Refuse what cannot travel to another process.

    Args:
        parts: What is to be sent, by what each is to its user, such as ``"the function of task 'a'"``.
        pickled: As they will be sent.

    Raises:
        ConfigurationError: Names the first part that cannot be pickled, and says why.
    """
    for name, part in parts.items():
        try:
            pickled(part)
        except Exception as error:  # pickling runs code of the user
            raise ConfigurationError(
                f"{name}, {_shown(part)}, cannot be sent to another process: {reason(error)}; define it at the top of "
                "a module that can be imported, or evaluate in threads or in this process"
            ) from error


def _shown(part: object) -> str:
    name = getattr(part, "__qualname__", None)
    return f"{name}" if isinstance(name, str) else f"a {type(part).__qualname__}"
