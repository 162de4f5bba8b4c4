"""Every table and figure of ``docs/results/``, grouped by what they answer; ``docs/experiments.md`` lists them.

* `experiments.paper`: the paper's tables and figures, and whether they can be relied on.
* `experiments.parts`: what each part of the method contributes, and what is left to gain.
* `experiments.training`: live training, beside the tables and on images.
* `experiments.machinery`: what the experiments share; it runs nothing by itself.
* `experiments.report`: makes ``docs/results/`` of what they have published.

Run in the clone, as in ``python -m experiments.paper.transnas --smoke``. No experiment imports another.
"""
