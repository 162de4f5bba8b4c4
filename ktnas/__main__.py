"""``python -m ktnas``: the same as ``ktnas``."""

import sys

from ktnas.cli.main import main

if __name__ == "__main__":
    sys.exit(main(program="python -m ktnas"))
