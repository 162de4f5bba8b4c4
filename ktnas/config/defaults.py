"""What is done unless something else is asked for."""

from __future__ import annotations

METHOD = "ktnas"

BUDGET, TRAINING_BUDGET = 50, 20
"""Evaluations per task: of a table, and where candidates are trained."""

BENCHMARK, SOURCE, TARGET = "scenes", "segmentsemantic", "normal"
"""What is searched: measured networks that come with the package."""

SHOWN_SEEDS = 20
"""Seeds that are searched where nothing is said of what to search: a verdict on what sharing gave takes as many."""

TRAINING_SOURCE, TRAINING_TARGET = "segmentsemantic", "normal"
"""What is searched with live training: scenes, which need no data."""

EPOCHS, SUPERNET_EPOCHS, FINAL_EPOCHS = 4, 50, 40
"""Passes over the training images: for a candidate, for a supernet, for `ktnas train`."""

IMAGES, LARGEST_SHARE = 1000, 2000
"""Rendered scenes that are trained on; images of a larger dataset that are."""

RESOLUTION, BATCH_SIZE, LEARNING_RATE = 32, 32, 0.1
"""Of rendered scenes, and of a step. All of live training takes minutes on two cores (docs/training.md)."""
