"""Rendered scenes: rooms with coloured solids, and exact targets for the seven tasks of TransNAS-Bench-101.

Simple rooms are drawn at random and rendered by ray casting, so that what a network is to learn from an image is known
exactly, by construction, and needs no download. The seven tasks of one seed show the same scenes. See docs/scenes.md.

* `Scenes`: how many scenes, of which size and seed.
* `TASKS`: names of the seven tasks.
* `scene_dataset`: the dataset of one task.
"""

from __future__ import annotations

from ktnas.datasets.scenes.tasks import TASKS, Scenes, scene_dataset

__all__ = ["TASKS", "Scenes", "scene_dataset"]
