"""Two tasks: what each of seven tasks gives each other one, on TransNAS micro and macro.

    python experiments/two_tasks.py            # 60 seeds
    python experiments/two_tasks.py --smoke    # seconds

Two-task searches, the source searched at the same time, against searches of the target alone, with 50 evaluations per
task, paired by seed: all 42 ordered pairs, and their mean.
"""

from __future__ import annotations

import harness
import transfer_matrix
from transnas import BENCHMARKS, COMPARED_AT, tasks

from ktnas.report.markdown import Value


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=60)
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
    harness.publish(opts, "\n".join(text), rows, figures)


if __name__ == "__main__":
    harness.start(main)
