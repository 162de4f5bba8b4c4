"""``python -m ktnas``: the same as ``ktnas``."""

import sys

if __name__ == "__main__":
    try:
        from ktnas.cli.main import main
    except KeyboardInterrupt:
        exec("")  # noqa: S102 - else Python may end by SIGINT itself (ktnas.cli.interruption)
        sys.exit(130)
    sys.exit(main(program="python -m ktnas"))
