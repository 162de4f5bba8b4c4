"""Two tasks: what each of seven tasks gives each other one, on TransNAS micro and macro.

    python experiments/two_tasks.py            # 60 seeds; ktnas on micro also with 100 further ones
    python experiments/two_tasks.py --smoke    # seconds

Two-task searches, the source searched at the same time, against searches of the target alone, with 50 evaluations per
task, paired by seed: all 42 ordered pairs, and their mean. On micro 60 seeds left it open whether `ktnas` gains
anything on average, so 100 that had not been looked at were run after them, and are tested by themselves.
"""

from __future__ import annotations

from dataclasses import replace

import harness
import transfer_matrix
from harness import Options
from transfer_matrix import Gains
from transnas import BENCHMARKS, COMPARED_AT, tasks

from ktnas.comparison_report import Value

SEEDS = 60
FURTHER = 100
OPEN = "transnas101-micro"
"""Where the first seeds did not tell what `ktnas` gains."""


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=SEEDS)
    text: list[str] = []
    rows: list[dict[str, Value]] = []
    figures: dict[str, bytes] = {}
    for name in opts.pick(BENCHMARKS, BENCHMARKS[:1]):
        found = [
            transfer_matrix.gains(opts, arm, name, tasks(opts), evaluations=opts.budget(COMPARED_AT))
            for arm in harness.methods(opts.pick(("ktnas-paper", "ktnas"), ("ktnas-paper",)))
        ]
        text += [f"### {name}\n", *map(transfer_matrix.markdown, found)]
        rows += [row for one in found for row in transfer_matrix.rows(one)]
        figures[name] = transfer_matrix.figure(found, f"{name}: gain in log2 rank")
    confirmed = further(opts)
    text += [f"### {OPEN}, seeds {SEEDS} to {SEEDS + FURTHER - 1}\n", transfer_matrix.markdown(confirmed)]
    harness.publish(opts, "\n".join(text), rows, figures)
    harness.publish_rows(opts, "further", transfer_matrix.rows(confirmed))


def further(opts: Options) -> Gains:
    """What `ktnas` gains on seeds after those of the first test."""
    more = replace(opts, seeds=opts.seeds if opts.smoke else FURTHER)
    (arm,) = harness.methods(["ktnas"])
    return transfer_matrix.gains(more, arm, OPEN, tasks(opts), evaluations=opts.budget(COMPARED_AT), after=SEEDS)


if __name__ == "__main__":
    harness.start(main)
