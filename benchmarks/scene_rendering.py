"""Rendered scenes per second on one core, with the targets of all seven tasks.

    python benchmarks/scene_rendering.py [--count N] [--repeats N]

Times are CPU seconds of one process, pinned to one core where the system can do that. The floor is what any
generator of such images has to do: one standard normal number per value of a pixel, for the noise. Peak memory is left
out: it is that of the arrays, 65 kB per scene of 64 x 64 pixels.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np

from ktnas.datasets.scenes.rendering import World, render_views
from ktnas.datasets.scenes.tasks import TASKS, Scenes
from ktnas.rng import Streams

WORLD = World(Scenes().scene_classes, Scenes().object_classes)


def seconds(action: Callable[[int], object], repeats: int) -> float:
    """Median CPU seconds of one call; it is given a seed of its own."""
    times = []
    for seed in range(repeats):
        start = time.process_time()
        action(seed)
        times.append(time.process_time() - start)
    return median(times)


def draw_noise(count: int, size: int, seed: int) -> None:
    """The floor: noise for each image."""
    for i in range(count):
        Streams(seed).rng("noise", i).standard_normal((size, size, 3), dtype=np.float32)


def make_datasets(count: int, seed: int) -> None:
    """The datasets of all tasks, rendered once."""
    scenes = Scenes(train=count, validation=1, test=0, seed=1000 + seed)
    for task in TASKS:
        scenes.dataset(task)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=512, help="scenes per run (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="runs (default: %(default)s)")
    options = parser.parse_args()
    count, repeats = options.count, options.repeats
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    render_views("warm", 32, size=64, seed=0, world=WORLD)
    print("| what | scenes per second | against the floor |")
    print("|---|---|---|")
    for size in (32, 64, 128):
        floor = seconds(partial(draw_noise, count, size), repeats)
        taken = seconds(partial(rendered, count, size), repeats)
        print(
            f"| {size} x {size}: image, labels, normals, layout, classes | {count / taken:.0f} | {taken / floor:.1f} |"
        )
        if size == 64:
            taken = seconds(lambda seed: make_datasets(count, seed), repeats)
            print(f"| {size} x {size}: datasets of all seven tasks | {count / taken:.0f} | {taken / floor:.1f} |")


def rendered(count: int, size: int, seed: int) -> object:
    """Scenes as training sees them."""
    return render_views("train", count, size=size, seed=seed, world=WORLD)


if __name__ == "__main__":
    main()
