"""`ktnas new`: a study that others are to ask, tell, or run."""

from __future__ import annotations

import argparse
from pathlib import Path

from ktnas.cli.options import add_options_of, read_options
from ktnas.cli.parser import use_one_thread
from ktnas.config.run_options import RunOptions
from ktnas.errors import ConfigurationError, UnknownNameError


def execute(options: argparse.Namespace) -> int:
    """Make it, or find that it is there; the exit code."""
    use_one_thread()
    from ktnas.config.experiment import compose
    from ktnas.config.outside import compose_outside, is_outside, outside_hint
    from ktnas.config.rebuilding import plain_of
    from ktnas.config.remembered import remembered
    from ktnas.records.study_file import StudyFile
    from ktnas.runner.provenance import Provenance
    from ktnas.study.study import Study

    asked = read_options(RunOptions, options)
    outside = is_outside(asked)
    if outside:
        experiment = compose_outside(asked, options.choices or ())
        file = StudyFile(remembered(asked), plain_of(experiment.problem.space), outside=True)
    else:
        if options.choices:
            raise ConfigurationError(
                "--choices is of a study that is evaluated outside: --space categorical --tasks a,b"
            )
        try:
            experiment = compose(asked)
        except UnknownNameError as error:
            raise UnknownNameError(f"{error}{outside_hint(asked)}") from None
        file = StudyFile(remembered(asked))
    was_there = (options.directory / "config.json").exists()
    if options.synchronous and not outside:
        raise ConfigurationError("--synchronous is of a study that is evaluated outside; others are in any case")
    provenance = Provenance(file, tuple(options.reuse or ()))
    asynchronous = outside and not options.synchronous
    study = Study.of(experiment, options.seed, options.directory, provenance, asynchronous=asynchronous)
    print(f"{'is there already' if was_there else 'made'}: {study!r}")
    if not was_there:
        then = f"ktnas ask {options.directory}" if outside else f"ktnas resume {options.directory}"
        print(f"next: {then}")
    return 0


_EXAMPLES = """\
examples:
  %(prog)s runs/birds --space nasbench201 --tasks birds,flowers --budget 100
      two tasks that you evaluate yourself: ktnas ask runs/birds, ktnas tell runs/birds ID VALUE
  %(prog)s runs/both --space nasbench201+transnas101-micro --tasks nasbench201:birds,transnas101-micro:flowers
      the same with tasks of different search spaces (ktnas docs spaces)
  %(prog)s runs/mine --space categorical --choices 4,4,3,2 --tasks latency --minimize latency
      a space of your own: a code of four choices, of a number that is to become small
  %(prog)s runs/table --benchmark nasbench201 --tasks cifar10 --seed 1
      a table's task, for ktnas resume runs/table
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas new`."""
    parser.description = (
        "Make a study in a directory. With --space and --tasks alone, its architectures are evaluated outside: by a "
        "job script in any language that asks and tells; tasks of several spaces, joined by +, are called SPACE:TASK. "
        "Else `ktnas resume` runs it. A directory that holds the same study is left as it is, so that every job may "
        "begin with this command."
    )
    parser.epilog = _EXAMPLES
    parser.add_argument("directory", metavar="DIR", type=Path, help="where it is kept; made if need be")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="seed of all random numbers (default: 0)")
    parser.add_argument(
        "--synchronous",
        action="store_true",
        help="tell the method a generation at a time, in the order asked: the order of answers then changes nothing, "
        "but who asks may have to wait (default: it is told each answer as it comes)",
    )
    parser.add_argument(
        "--choices",
        metavar="N,N,...",
        type=_numbers,
        help="of --space categorical: how many values each position of a code has",
    )
    parser.add_argument(
        "--reuse", metavar="DIR", type=Path, action="append", help="take answers of this other run; may be repeated"
    )
    add_options_of(parser, RunOptions)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form 4,4,3") from None
