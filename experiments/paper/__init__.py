"""The paper's tables and figures, and whether they can be relied on.

* `nasbench201_evaluations`: evaluations until the best cell of NAS-Bench-201, beside the published table.
* `sample_efficiency`: `ktnas` with many seeds, its variants, and ranks with luck taken out.
* `transnas`: TransNAS micro and macro, seven tasks together, every method.
* `scenes`: the table of rendered scenes that ships with the package, every method.
* `two_tasks`: TransNAS micro and macro, what each source gains each target.
* `nasbench_graph`: both of that on NAS-Bench-Graph.
* `nasbench101`: NAS-Bench-101, test error and rank beside published figures.
* `robustness`: every task of every table, and made-up tasks, beside random search and evolution.
* `sources`: what finished searches gain a search, and whether they ever harm it.
* `retrieval`: changes that finished searches foretell to pay, beside `ktnas` with the same sources.
* `spaces`: what a source in another search space gains a target, and on which axes.
* `negative_transfer`: a target unlike its sources, and sources of a chosen rank correlation.
* `figures`: trajectories, what was transferred, how alike tasks are.
* `rerun_figures`: figures of the literature, rerun.
* `robustness`: `ktnas` against random search and regularized evolution, task by task, plateaus included.
* `table_noise`: how noisy the TransNAS tables are.
"""
