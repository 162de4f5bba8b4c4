"""Two tasks: what each of seven tasks gives each other one, on TransNAS micro and macro.

    python -m experiments.paper.two_tasks            # 60 seeds
    python -m experiments.paper.two_tasks --smoke    # seconds

Two-task searches, the source searched at the same time, against searches of the target alone, with 50 evaluations per
task, paired by seed: all 42 ordered pairs, and their mean.
"""

from __future__ import annotations

from experiments.machinery import harness, publishing, transfer_matrix
from experiments.machinery.tables import MACRO, MICRO, tasks
from ktnas.report.markdown import Value

EVALUATIONS = 50


def main() -> None:
    """Run, tabulate, draw."""
    opts = harness.options(__doc__, __file__, seeds=60)
    text: list[str] = []
    rows: list[dict[str, Value]] = []
    figures: dict[str, bytes] = {}
    for name in opts.pick((MICRO, MACRO), (MICRO,)):
        found = [
            transfer_matrix.gains(opts, arm, name, tasks(opts, name), evaluations=opts.budget(EVALUATIONS))
            for arm in harness.methods(opts.pick(("ktnas-paper", "ktnas"), ("ktnas-paper",)))
        ]
        text += [f"### {name}\n", *map(transfer_matrix.markdown, found)]
        rows += [row for one in found for row in transfer_matrix.rows(one)]
        figures[name] = transfer_matrix.figure(found, f"{name}: gain in log2 rank")
    publishing.publish(opts, "\n".join(text), rows, figures)


if __name__ == "__main__":
    harness.start(main)
