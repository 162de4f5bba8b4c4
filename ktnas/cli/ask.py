"""`ktnas ask`: architectures of a study to evaluate."""

from __future__ import annotations

import argparse
import sys
from time import monotonic, sleep

from ktnas.cli.directories import add_directory, line
from ktnas.cli.parser import use_one_thread
from ktnas.errors import ConfigurationError

WAITING = 3
"""The exit code where nothing can be handed out before something is told."""

_LONGEST_S = 5.0


def execute(options: argparse.Namespace) -> int:
    """Hand out, and print what; the exit code."""
    use_one_thread()
    from ktnas.files.json_lines import to_json
    from ktnas.study.opening import open_study

    if not options.wait >= 0:
        raise ConfigurationError(f"--wait must be at least 0 seconds; got {options.wait:g}")
    study = open_study(options.directory)
    until, pause = monotonic() + options.wait, 0.1
    found = study.ask(options.number, again=options.again)
    while not found and not study.ended and (left := until - monotonic()) > 0:
        sleep(min(pause, left))
        pause = min(_LONGEST_S, 1.5 * pause)
        found = study.ask(options.number, again=options.again)
    if options.json:
        sys.stdout.write(to_json([one.plain() for one in found]))
    else:
        for one in found:
            print(line(one.id, one.task, one.architecture))
    if found:
        return 0
    if study.ended:
        print("nothing is left to ask: the study has come to its end", file=sys.stderr)
        return 0
    print(
        f"nothing to hand out: {len(study.pending):,} that were handed out must be told first (--wait S waits for "
        "them; --again S hands out once more what has been out for S seconds)",
        file=sys.stderr,
    )
    return WAITING


_EXAMPLES = """\
examples:
  %(prog)s runs/birds -n 4 --json
      up to four, as JSON: a list of objects with id, task, architecture, genotype, parents, source_task
  %(prog)s runs/birds --wait 3600 --again 7200
      one, if need be an hour later, or one that somebody has had for two hours without telling

Lines hold id, task and architecture, separated by tabs. Exit code 3: nothing can be handed out before something is
told. No lines and exit code 0: the study has come to its end.
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas ask`."""
    parser.description = (
        "Hand out architectures to evaluate, which nobody else is given; any number of processes may ask at once. "
        "What came of each is told with `ktnas tell DIR ID VALUE`."
    )
    parser.epilog = _EXAMPLES
    add_directory(parser)
    parser.add_argument("-n", "--number", metavar="N", type=int, default=1, help="how many at most (default: 1)")
    parser.add_argument(
        "--wait", metavar="S", type=float, default=0.0, help="wait so many seconds for answers of others (default: 0)"
    )
    parser.add_argument(
        "--again",
        metavar="S",
        type=float,
        help="hand out once more, after what is new, what was handed out at least S seconds ago and is not told "
        "(default: nothing is)",
    )
    parser.add_argument("--json", action="store_true", help="as JSON on standard output, and nothing else")
