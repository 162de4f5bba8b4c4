"""`ktnas dashboard`: all runs below a directory in a browser, as they go on."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ktnas.cli.parser import RUNS, use_one_thread
from ktnas.errors import ConfigurationError, DataError
from ktnas.formatting import visible

_MOST = 65_535

_NAME_IT = "name the one that holds your runs"


def execute(options: argparse.Namespace) -> int:
    """Serve until interrupted; the exit code."""
    use_one_thread()
    root = _root(options.directory)
    if options.port is not None and not 0 <= options.port <= _MOST:
        raise ConfigurationError(f"--port must be from 0 (any that is free) to {_MOST:,}; got {options.port:,}")

    from ktnas.dashboard.serving import make_server

    server = make_server(root, "::1" if options.ipv6 else "127.0.0.1", options.port)
    try:
        print(f"{visible(str(root))} is shown at {server.address}", flush=True)
        print("only this machine can see it; Ctrl+C ends it", file=sys.stderr, flush=True)
        if options.open:
            _open(server.address)
        server.serve_forever(poll_interval=0.2)
    finally:
        server.server_close()
    return 0


def _root(directory: Path | None) -> Path:
    """The directory, without links.

    Raises:
        DataError: If there is none.
    """
    root = RUNS if directory is None else directory
    if not root.exists():
        default = "`ktnas run` makes it with the first run; or name the directory where yours are"
        raise DataError(f"there is no directory {root}; {default if directory is None else _NAME_IT}")
    if not root.is_dir():
        raise DataError(f"{root} is no directory; {_NAME_IT}")
    return root.resolve()


def _open(address: str) -> None:
    import webbrowser

    if not webbrowser.open(address):
        print(f"no browser could be opened here: open {address} yourself", file=sys.stderr)


_EXAMPLES = """\
examples:
  %(prog)s
      the runs that `ktnas run` has recorded under runs/, and those that are going on
  %(prog)s experiments/nightly --open
      those of another directory; opens your browser
  %(prog)s --port 9000
      at another port; from elsewhere, through a tunnel: ssh -L 9000:127.0.0.1:9000 MACHINE
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas dashboard`."""
    parser.description = (
        "Show all runs, repeats, studies and sweeps below a directory in a browser: a list that sorts and filters, and "
        "for each what its report shows. What is going on is followed without a reload. It reads records alone and "
        "writes nothing; it listens on this machine only, to whoever is logged in there (ktnas docs dashboard)."
    )
    parser.epilog = _EXAMPLES
    parser.add_argument("directory", metavar="DIR", type=Path, nargs="?", help=f"where the runs are (default: {RUNS})")
    parser.add_argument(
        "--port", metavar="N", type=int, help="port to listen on; 0 for any that is free (default: 8321, or a free one)"
    )
    parser.add_argument(
        "--open", action=argparse.BooleanOptionalAction, default=False, help="open it in your browser (default: no)"
    )
    parser.add_argument("--ipv6", action="store_true", help="listen on ::1 in place of 127.0.0.1")
