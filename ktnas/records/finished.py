"""What finished searches have seen, read back from their directories: for searches that learn from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ktnas.errors import DataError
from ktnas.records.checked import fields_of, text_of
from ktnas.records.run_directory import CONFIG, DATA, read_config
from ktnas.records.sweep_evaluations import EVALUATED, read_sweep_evaluations
from ktnas.records.sweep_log import RUNS_FILE
from ktnas.records.trials import TRIALS, read_trials
from ktnas.typing import Genotype


@dataclass(frozen=True, slots=True)
class SeenTask:
    """What a run has seen of one task.

    Attributes:
        path: The directory that was named.
        benchmark: Name of the benchmark.
        data: Digest of its data; None where the record tells none.
        space: Name of the search space.
        task: The task.
        seen: Architectures that were evaluated with success, and their fitness, in order.
        coded: Whether the run was of several spaces: then the number of a space stands before each genotype, and zeros
            behind it.
    """

    path: Path
    benchmark: str
    data: str | None
    space: str
    task: str
    seen: tuple[tuple[Genotype, float], ...]
    coded: bool = False


def read_finished(path: Path) -> list[SeenTask]:
    """What the run in a directory has seen, or all its repeats, or a sweep, task by task; each may be under way.

    Raises:
        DataError: If the directory holds none of these, or a damaged one, or a sweep of before evaluations were kept.
    """
    if not path.is_dir():
        raise DataError(f"{path} is no directory: finished searches are read from their run directories")
    if (path / RUNS_FILE).is_file():
        return _of_sweep(path)
    places = [path] if (path / TRIALS).is_file() else _repeats(path)
    if not places:
        raise DataError(f"{path} holds no run: it has neither {TRIALS} nor directories seed-0, seed-1, ...")
    return [task for place in places for task in _read(path, place)]


def _of_sweep(path: Path) -> list[SeenTask]:
    found = read_sweep_evaluations(path)
    if not found:
        raise DataError(
            f"{path} holds a sweep without {EVALUATED}: no run of it has ended, or an earlier version made it, which "
            "did not keep what was evaluated; run the sweep anew in another directory, or name the table that it "
            "searched"
        )
    return [
        SeenTask(path, one.benchmark, one.data, one.space, one.task, seen, one.coded) for one, seen in found.items()
    ]


def _repeats(path: Path) -> list[Path]:
    found = [place for place in path.glob("seed-*") if (place / TRIALS).is_file()]
    return sorted(found, key=lambda place: (len(place.name), place.name))


def _read(path: Path, place: Path) -> list[SeenTask]:
    try:
        config = read_config(place)
        benchmark, space = text_of(config["benchmark"]), text_of(config["space"])
        tasks = {name: fields_of(one).get("space") for name, one in fields_of(config["tasks"]).items()}
        own = {name: text_of(one) for name, one in tasks.items() if one is not None}
        data = config.get(DATA)
    except FileNotFoundError:
        raise DataError(f"{place} holds no run: it has no {CONFIG}") from None
    except OSError as error:
        raise DataError(f"cannot read {place}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{place / CONFIG} is damaged ({type(error).__name__}: {error})") from None
    seen: dict[str, list[tuple[Genotype, float]]] = {task: [] for task in tasks}
    for trial in read_trials(place):
        if trial.fitness is not None and not trial.repeat and trial.task in seen:
            seen[trial.task].append((trial.genotype, trial.fitness))
    digest = data if isinstance(data, str) else None
    return [
        SeenTask(path, benchmark, digest, own.get(task, space), task, tuple(found), coded=task in own)
        for task, found in seen.items()
    ]


def merged(tasks: Sequence[SeenTask]) -> Mapping[tuple[str, str | None, str, str], list[SeenTask]]:
    """Those of one task of one benchmark and data together, in the order in which they come first."""
    groups: dict[tuple[str, str | None, str, str], list[SeenTask]] = {}
    for one in tasks:
        groups.setdefault((one.benchmark, one.data, one.space, one.task), []).append(one)
    return groups
