"""``python -m ktnas.run``: the same as ``ktnas run``."""

import sys

if __name__ == "__main__":
    try:
        from ktnas.cli.main import main
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(main(program="python -m ktnas.run", command="run"))
