"""The page of a directory: of a run, its repeats, a study or a sweep, from its records alone.

A browser shows it: `ktnas report` writes it as one file, a dashboard sends it as plain data.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from ktnas.config.options import every_option
from ktnas.config.rebuilding import rebuilt
from ktnas.config.registry import SPACES
from ktnas.config.run_options import RunOptions
from ktnas.embedding.base import Embedder, FittedEmbedder
from ktnas.embedding.cached import restored_from
from ktnas.errors import ConfigurationError, KtnasError
from ktnas.files.array_cache import DiskStore
from ktnas.files.plain_json import read_json_file
from ktnas.files.search_path import cache_directory
from ktnas.records.evaluations import read_evaluations
from ktnas.records.proposals import PROPOSALS, read_journal
from ktnas.records.recordings import Recording, Recordings, read_recordings
from ktnas.records.run_directory import STUDY
from ktnas.records.study_file import StudyFile, read_study_file
from ktnas.records.sweep_log import RUNS_FILE
from ktnas.report.pages.run_page import Lenses, run_page
from ktnas.report.pages.settings_section import RunOrigin
from ktnas.spaces.base import SearchSpace
from ktnas.spaces.several import SeveralSpaces
from ktnas.study.told import with_told
from ktnas.typing import FloatArray, Genotype

if TYPE_CHECKING:
    from ktnas.report.figures.style import Form
    from ktnas.report.pages.page import Page

_SHARING = "sharing.json"


def page_of(path: Path) -> Page:
    """The page of whatever a directory holds.

    Raises:
        DataError: If it holds no run, study or sweep, or a damaged one.
    """
    if (path / RUNS_FILE).is_file():
        from ktnas.records.reader import read_directories
        from ktnas.report.pages.comparison_page import comparison_page

        return comparison_page(read_directories([path]), f"ktnas sweep FILE --out {shlex.quote(str(path))}")
    recordings = with_answers(read_recordings(path))
    file = read_study_file(path / STUDY)
    return run_page(recordings, lenses_of(recordings, file), origin_of(recordings, file), said_of(recordings))


def with_answers(recordings: Recordings) -> Recordings:
    """With what was answered and stands in no trial yet: told from outside, or of a generation under way."""
    return replace(recordings, runs=tuple(map(_with_answers, recordings.runs)))


def _with_answers(run: Recording) -> Recording:
    if run.place is None or run.finished:
        return run
    asked = (run.place / PROPOSALS).exists()
    arrived = read_evaluations(run.place)
    return replace(run, trials=with_told(run.trials, read_journal(run.place), arrived)) if asked or arrived else run


def lenses_of(recordings: Recordings, file: StudyFile) -> Lenses:
    """How architectures are drawn and laid out; what the record does not tell, or is not known here, is left out."""
    space = _space(recordings, file)
    return Lenses() if space is None else lenses_in(recordings, space)


def lenses_in(recordings: Recordings, space: SearchSpace) -> Lenses:
    """How architectures of a space are drawn and laid out."""
    vectors, told = _vectors(recordings, space)
    return Lenses(space, vectors, told)


def _space(recordings: Recordings, file: StudyFile) -> SearchSpace | None:
    try:
        found = rebuilt(file.space) if file.space is not None else None
        if found is None:
            found = _named(str(recordings.config.get("space")))
        if not isinstance(found, SearchSpace):
            return None
        width = len(found.cardinalities)
        every = {trial.genotype for run in recordings.runs for trial in run.trials}
        fits = all(
            len(code) == width and all(0 <= gene < count for gene, count in zip(code, found.cardinalities, strict=True))
            for code in every
        )
    except (KtnasError, TypeError, ValueError):
        return None
    return found if fits else None


def _named(name: str) -> SearchSpace | None:
    """The space of that name, or of several joined by plus signs; None where one is not known."""
    parts = [SPACES[part]() if part in SPACES else None for part in name.split("+")]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else SeveralSpaces(tuple(known))


def _vectors(recordings: Recordings, space: SearchSpace) -> tuple[Callable[[Sequence[Genotype]], FloatArray], str]:
    """The method's own embedding, if it is kept; else one-hot codes, which take no time to make."""
    fitted = _kept(recordings, space)
    if fitted is not None:
        return fitted.embed, "the method's embedding"
    cardinalities = space.cardinalities

    def one_hot(genotypes: Sequence[Genotype]) -> FloatArray:
        ends = np.cumsum([0, *cardinalities])
        found = np.zeros((len(genotypes), int(ends[-1])))
        codes = np.asarray(genotypes, dtype=np.int64)
        found[np.arange(len(genotypes))[:, None], codes + ends[:-1]] = 1.0
        return found

    return one_hot, "one-hot codes"


def _kept(recordings: Recordings, space: SearchSpace) -> FittedEmbedder | None:
    method = recordings.config.get("method")
    described = method.get("embedder") if isinstance(method, Mapping) else None
    if described is None:
        return None
    try:
        embedder = cast("Embedder", rebuilt(described))
        return restored_from(DiskStore(cache_directory() / "embeddings"), embedder, space)
    except KtnasError:
        return None


def origin_of(recordings: Recordings, file: StudyFile) -> RunOrigin:
    """How it is run again."""
    if file.outside:
        tasks = ", ".join(task.name for task in recordings.tasks)
        return RunOrigin(
            otherwise=f"Its tasks ({tasks}) are evaluated outside: `ktnas ask` and `ktnas tell` go on with it."
        )
    if file.options is None:
        return RunOrigin(
            otherwise="It was begun by a script, or by an older version: that script, or command, runs it again."
        )
    words = ["ktnas", "run", *_words(file.options)]
    seeds = recordings.seeds
    words += [f"--seed={seeds[0]}"] if seeds[0] else []
    words += [f"--repeats={len(seeds)}"] if len(seeds) > 1 else []
    words += ["--alone"] if recordings.alone else []
    words += ["--catch"] if file.catch else []
    words += ["--asynchronous"] if "asynchronous" in recordings.config else []
    return RunOrigin(shlex.join(words))


def _words(options: Mapping[str, object]) -> list[str]:
    """Remembered options as words of a command line."""
    flags = {one.key: one for one in every_option(RunOptions)}
    words = []
    for key, value in options.items():
        if key not in flags:
            continue
        several = value if isinstance(value, list) else [value]
        if value is True:
            words.append(flags[key].flag)
        elif isinstance(value, list) and flags[key].read is None:
            words.append(f"{flags[key].flag}={','.join(map(str, several))}")
        else:
            words += [f"{flags[key].flag}={one}" for one in several]
    return words


def said_of(recordings: Recordings) -> list[str]:
    """What it came to in words: of the run or its repeats, and what sharing gave."""
    from ktnas.report.conclusions import of_repeats, of_run

    summaries = [run.summary for run in recordings.runs if run.summary]
    try:
        if len(recordings.runs) == 1:
            said = [*of_run(summaries[0])] if summaries else []  # type: ignore[arg-type]
        else:
            said = [*of_repeats(summaries)] if len(summaries) == len(recordings.runs) else []  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError, AttributeError):  # a summary that somebody has changed
        said = []
    return said + _sharing(recordings)


def _sharing(recordings: Recordings) -> list[str]:
    from ktnas.report.sharing import sharing_of_rows

    if recordings.path is None or not recordings.alone:
        return []
    try:
        return [str(one) for one in sharing_of_rows(read_json_file(recordings.path / _SHARING))]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def figures_of(path: Path, form: Form = "png") -> dict[str, Callable[[], bytes]]:
    """What draws the figures of whatever a directory holds, by their names.

    Raises:
        DataError: If it holds no run, study or sweep, or a damaged one.
        ConfigurationError: If no run of a sweep has finished.
    """
    from ktnas.report.run_figures import run_figures

    if (path / RUNS_FILE).is_file():
        return _sweep_figures(path, form)
    recordings = with_answers(read_recordings(path))
    space = _space(recordings, read_study_file(path / STUDY))
    return run_figures(recordings, None if space is None else space.graph, form)


def _sweep_figures(path: Path, form: Form) -> dict[str, Callable[[], bytes]]:
    from ktnas.records.reader import read_directories
    from ktnas.report.comparison import compare, ranks_over_tasks
    from ktnas.report.comparison_figures import comparison_figures

    records = read_directories([path])
    comparisons = compare(records)
    try:
        ranks = ranks_over_tasks(comparisons)
    except ConfigurationError:  # without scikit-posthocs there is no diagram of them
        ranks = None
    return comparison_figures(records, comparisons, ranks, form)
