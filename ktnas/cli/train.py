"""`ktnas train`: one architecture, from scratch."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from ktnas.cli.options import add_options_of, read_options
from ktnas.cli.parser import RUNS, use_one_thread
from ktnas.config import defaults
from ktnas.config.options import every_option
from ktnas.config.registry import SCENE_TASKS, TRAINING_SPACES, listing
from ktnas.config.shares import Shares
from ktnas.config.training import HOW_TO_TRAIN, TrainingChoice
from ktnas.errors import ConfigurationError
from ktnas.formatting import visible, visible_lines


def execute(options: argparse.Namespace) -> int:
    """Train and record it; the exit code."""
    use_one_thread()
    from ktnas.config.final_training import prepare
    from ktnas.files.json_lines import to_json
    from ktnas.runner import final_training

    if options.source is not None:
        _from_run(options)
    if options.architecture is None:
        raise ConfigurationError(
            "name the ARCHITECTURE that is trained, or a run that has found it: --from RUN --task T"
        )
    task, choice = final_choice(options)
    training = prepare(choice, options.architecture, task, options.seed, options.data)
    if not (options.quiet or options.json):
        for note in training.benchmark.data_notes:
            print(visible_lines(note), file=sys.stderr)
    path = options.out or training.directory(RUNS)
    record = training.run(path, None if options.quiet or options.json else sys.stderr)
    exported = []
    if options.export is not None:
        from ktnas.study.network import SUFFIXES, export_network, trained_network

        exported.append(path / f"network{SUFFIXES[options.export]}")
        export_network(trained_network(path), exported[0], options.export)
    if options.json:
        sys.stdout.write(to_json(record))
    else:
        final_training.print_record(record, sys.stdout)
        print(f"weights and record in {visible(str(path))}")
        for file in exported:
            print(f"exported to {visible(str(file))}")
    return 0


def _from_run(options: argparse.Namespace) -> None:
    """Take from a run's record what the command line leaves open: architecture, dataset, space, size, recipe."""
    from ktnas.study.winner import winner

    if options.architecture is not None:
        raise ConfigurationError("give either ARCHITECTURE or --from RUN, which says which one is the best")
    found = winner(options.source, options.task)
    options.architecture, options.task = found.architecture, found.task
    if options.space is None:
        options.space = found.space
    if found.training is None:
        return
    if options.dataset is not None:
        raise ConfigurationError(f"{options.source} says what {found.task!r} is trained on; leave --dataset out")
    options.dataset = f"{found.task}={found.dataset}" if found.dataset != found.task else found.task
    options.data = options.data or found.data
    plain = vars(options)
    for one in every_option(TrainingChoice):
        if one.group == HOW_TO_TRAIN and one.field != "epochs" and plain.get(one.key.replace("-", "_")) is None:
            plain[one.key.replace("-", "_")] = getattr(found.training, one.field)
    if not options.quiet:
        print(f"{found.task}: {found.architecture}, as {options.source} has trained it", file=sys.stderr)


_EXAMPLES = """\
examples:
  %(prog)s --from runs/training --task normal --epochs 100
      what a search with live training has found best for a task, on the same images, for longer
  %(prog)s 64-41414-1_02_333 --dataset segmentsemantic
      a cell of transnas101-micro on rendered scenes, from scratch, measured on test images
  %(prog)s ARCHITECTURE --dataset fashion_mnist --epochs 100 --device cuda
      what a search has found (its summary has the architecture), trained for longer
  %(prog)s ARCHITECTURE --dataset birds=photos/of/birds --space nasbench201
      a folder of images per class; an npz file works as well (ktnas docs datasets)
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `ktnas train`."""
    parser.description = (
        "Train one architecture from scratch, for longer than a search does; measure it on test images."
    )
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "architecture", metavar="ARCHITECTURE", nargs="?", help="its official string, as a summary shows it"
    )
    parser.add_argument(
        "--from",
        dest="source",
        metavar="RUN",
        type=Path,
        help="directory of a run: its best architecture of --task, and of live training dataset, size and recipe too",
    )
    parser.add_argument(
        "--dataset",
        metavar="[NAME=]DATA",
        help=f"what is trained on: name or path of a dataset, or rendered scenes: {listing(SCENE_TASKS)}",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, help="directory of images to look into first")
    parser.add_argument(
        "--task", metavar="NAME", help="name in the record (default: that of the dataset); with --from, the run's task"
    )
    parser.add_argument(
        "--space",
        metavar="NAME",
        help=f"{listing(TRAINING_SPACES)} (default: transnas101-micro for rendered scenes, else emt-nas)",
    )
    own = {"epochs": str(defaults.FINAL_EPOCHS), "share": "1"}
    add_options_of(parser, TrainingChoice, only=[HOW_TO_TRAIN], unless=own)
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="seed of all random numbers (default: 0)")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="directory of weights and record (default: a new one under runs/)"
    )
    parser.add_argument(
        "--export",
        metavar="FORMAT",
        choices=("onnx", "torchscript"),
        help="write the trained network as onnx or torchscript, too (`ktnas export` does it later)",
    )
    parser.add_argument("--json", action="store_true", help="the record as JSON on standard output, and nothing else")
    parser.add_argument("--quiet", action="store_true", help="no progress while it runs")


def final_choice(options: argparse.Namespace) -> tuple[str, TrainingChoice]:
    """What the options of `ktnas train` say: the task's name, and how it is trained.

    Raises:
        ConfigurationError: If no dataset is named.
    """
    if options.dataset is None:
        given = (
            "" if options.data is None else f"; --data is the directory to look into first: --dataset {options.data}"
        )
        raise ConfigurationError(f"--dataset must name what is trained on{given}")
    name, separator, source = options.dataset.partition("=")
    if not (name and separator and source) or Path(options.dataset).exists():
        name, source = options.task or options.dataset, options.dataset
    choice = read_options(TrainingChoice, options)
    return name, replace(
        choice,
        space=options.space,
        datasets=() if name == source else ((name, source),),
        epochs=defaults.FINAL_EPOCHS if choice.epochs is None else choice.epochs,
        share=Shares(1.0) if choice.share is None else choice.share,
        workers=1,
    )
