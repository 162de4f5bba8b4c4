"""``python -m ktnas.run``: the same as ``ktnas run``."""

import sys

from ktnas.cli.main import main

if __name__ == "__main__":
    sys.exit(main(program="python -m ktnas.run", command="run"))
