"""Rendered scenes: rooms with coloured solids, and exact targets for the seven tasks of TransNAS-Bench-101.

Simple rooms are drawn at random and rendered by ray casting, so that what a network is to learn from an image is known
exactly, by construction, and needs no download. The seven tasks of one seed show the same scenes. See docs/scenes.md.
"""

from __future__ import annotations

from ktnas.datasets.scenes.tasks import TASKS, Scenes, scene_dataset

__all__ = ["TASKS", "Scenes", "scene_dataset"]
