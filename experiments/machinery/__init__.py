"""What the experiments share; nothing here runs by itself, and nothing here knows an experiment.

* `harness`: the command line, and sweeps whose finished runs are kept.
* `kept`: runs that lie in the repository, so that any clone goes on.
* `publishing`: the files in which results are published.
* `tables`: the tables that are searched, and their tasks.
* `compositions`: `ktnas` with parts exchanged.
* `joint`, `until_best`, `transfer_matrix`: what is said of joint searches, of evaluations until the best, of pairs.
* `smoothed`: ranks with the luck of a single training taken out.
* `bare_codes`: benchmarks without the graphs that their spaces would know.
* `simulated_clock`: searches with several workers, as if evaluations took their time.
* `processes`: work that is not a sweep, in parallel.
* `trainings`: trainings that are kept and never repeated.
* `cells`, `agreement`: random cells of NAS-Bench-201, and how two orders of architectures agree.
* `seed_agreement`: how far seeds agree on an order of networks.
* `scenes_networks`, `scenes_training`: the order in which networks are trained on rendered scenes; one training.
* `scenes_rows`, `scenes_lines`: a file that several processes add lines to, and what a line says.
"""
