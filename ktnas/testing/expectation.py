"""The one assertion that all checks share."""


def expect(condition: bool, promise: str) -> None:
    """Raise `AssertionError` with the broken ``promise`` unless ``condition`` holds."""
    if not condition:
        raise AssertionError(promise)
