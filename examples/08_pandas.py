"""A run, read with pandas. Needs `pip install pandas`; makes a run, then prints three tables of it.

Of a run that is there, `trials.jsonl` is all that is read: plain JSON, a line per trial (`ktnas docs output`).
"""

from pathlib import Path

import pandas as pd

import ktnas

directory = Path("runs/for-pandas")
ktnas.search("scenes", ["segmentsemantic", "normal"], budget=30, seed=0, out=directory)

trials = pd.read_json(directory / "trials.jsonl", lines=True)
new = trials[~trials["repeat"] & trials["fitness"].notna()]

print("The three best of each task:")
best = new.sort_values("fitness", ascending=False).groupby("task").head(3).sort_values(["task", "fitness"])
print(best[["task", "evaluation", "architecture", "fitness"]].to_string(index=False))

print("\nThe best so far after 10, 20, 30 evaluations:")
so_far = new.set_index("evaluation").groupby("task")["fitness"].cummax()
print(so_far.to_frame().assign(task=new.set_index("evaluation")["task"]).pivot(columns="task").loc[[10, 20, 30]])

print("\nWhere the best came from (a task's name: transferred from it):")
print(best["source_task"].fillna("own").groupby(best["task"]).value_counts().to_string())
