"""Candidates per hour: NAS-Bench-201 cells trained by us, and by a plain PyTorch loop in the same run.

    python benchmarks/training_speed.py --data cifar10 --epochs 12 --precision bfloat16     # on a GPU
    python benchmarks/training_speed.py --images 512 --channels 8 --stage-cells 1 --epochs 1 --threads 1
    python benchmarks/training_speed.py --smoke

Cells are drawn by a seed. Both loops train the same networks on the same images with the same optimiser, precision and
augmentation, and measure them on the validation images; the plain one is what a tutorial would write: a dataset object
with a transform per image, a DataLoader, contiguous memory, one operation after the other. The two take turns, cell
by cell. Without `--data` images are random bytes of CIFAR-10's shape, which cost the same.

Then, for the largest of the cells: the share of the device's peak, measured by a large matrix product in this run, that
the multiply-adds of training are; and where the time of a step goes, every part waited for.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from ktnas.datasets.dataset import Dataset, Split
from ktnas.datasets.images.registry import find
from ktnas.datasets.objectives import Classification
from ktnas.errors import KtnasError
from ktnas.rng import Streams
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.operators import sample_distinct
from ktnas.training.engine import schedule
from ktnas.training.engine.augmentation import Augmentation
from ktnas.training.engine.device import resolve, working_on
from ktnas.training.engine.losses import loss
from ktnas.training.engine.on_device import OnDevice, put
from ktnas.training.engine.seeding import generator, seeded
from ktnas.training.engine.step import EagerStep, RecordedStep, autocast
from ktnas.training.engine.trainer import measure, train
from ktnas.training.networks import Network, Size
from ktnas.training.networks.building import build
from ktnas.training.networks.costs import count
from ktnas.training.recipe import Recipe
from ktnas.typing import Genotype


def main() -> None:
    """Measure and print Markdown tables."""
    arguments = parse()
    torch.set_num_threads(arguments.threads)
    device = resolve(arguments.device)
    recipe = Recipe(epochs=arguments.epochs, batch_size=arguments.batch, precision=arguments.precision)
    dataset = find(arguments.data) if arguments.data else noise(arguments.images)
    case = Case(dataset, recipe, Size(arguments.channels, arguments.stage_cells), device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU, {arguments.threads} thread(s)"
    print(
        f"{name}; {dataset.name}: {len(dataset.train)} + {len(dataset.validation)} images, {recipe.epochs} epoch(s), "
        f"batches of {recipe.batch_size}, {recipe.precision}, {case.size.channels} channels, "
        f"{case.size.cells} cell(s) per stage\n"
    )
    cells = sample_distinct(NASBench201(), arguments.cells, Streams(arguments.seed).rng("cells"))
    compare(case, cells, arguments.workers)
    largest = max(cells, key=lambda cell: count(case.network(cell), dataset.shape).flops)
    print_share_of_peak(case, largest)
    print_parts(case, largest, arguments.repeats)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", help="dataset by name or path (default: random bytes)")
    parser.add_argument("--images", type=int, default=2048, help="random images to train on (default: 2048)")
    parser.add_argument("--cells", type=int, default=4, help="networks to train (default: 4)")
    parser.add_argument("--epochs", type=int, default=1, help="epochs of each (default: 1)")
    parser.add_argument("--batch", type=int, default=128, help="images per step (default: 128)")
    parser.add_argument("--channels", type=int, default=16, help="channels of the first stage (default: 16)")
    parser.add_argument("--stage-cells", type=int, default=5, help="cells per stage (default: 5)")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="threads of the CPU")
    parser.add_argument("--workers", type=int, default=0, help="processes of the plain loop's DataLoader (default: 0)")
    parser.add_argument("--repeats", type=int, default=10, help="timings of each part of a step (default: 10)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--smoke", action="store_true", help="a few seconds on a CPU, to see that it runs")
    arguments = parser.parse_args()
    if arguments.smoke:
        small = {"images": 32, "cells": 2, "batch": 16, "channels": 4, "stage_cells": 1, "repeats": 2, "data": None}
        vars(arguments).update(small)
    return arguments


def noise(images: int) -> Dataset:
    """Random bytes of CIFAR-10's shape, a fifth as many to validate on."""
    rng = Streams(0).rng("images")

    def part(count: int) -> Split:
        return Split(rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8), rng.integers(10, size=count))

    return Dataset("random bytes", Classification(10), part(images), part(max(2, images // 5)))


@dataclass(frozen=True, slots=True)
class Case:
    """What is trained, and where."""

    dataset: Dataset
    recipe: Recipe
    size: Size
    device: torch.device

    def network(self, cell: Genotype) -> Network:
        """The same weights each time."""
        dataset = self.dataset
        return seeded(lambda: build(NASBench201(), cell, dataset.objective, dataset.shape, self.size), 0)


def compare(case: Case, cells: Sequence[Genotype], workers: int) -> None:
    """Candidates per hour of both loops."""
    data = put(case.dataset, case.recipe, case.device)

    def our_training(cell: Genotype) -> object:
        return train(case.network(cell), data, case.recipe, device=case.device, seed=0)

    def their_training(cell: Genotype) -> object:
        return plain_training(case, case.network(cell), data, workers)

    ours, plain = 0.0, 0.0
    our_training(cells[0])  # what a process does once
    for cell in cells:
        ours += seconds(partial(our_training, cell))
        plain += seconds(partial(their_training, cell))
    print("| loop | s per candidate | candidates per hour | ratio |")
    print("|---|---|---|---|")
    for label, total in (("plain PyTorch, DataLoader", plain), ("ktnas", ours)):
        each = total / len(cells)
        print(f"| {label} | {each:.2f} | {3600 / each:.0f} | {plain / total:.2f} |")


class PlainImages(TorchDataset[tuple[Tensor, int]]):
    """Images that are changed one by one, as torchvision's transforms would."""

    def __init__(self, split: Split, mean: tuple[float, ...], std: tuple[float, ...], padding: int, flip: bool) -> None:
        self.images = torch.tensor(split.images).permute(0, 3, 1, 2).contiguous()
        self.labels = split.targets
        self.mean, self.std = (torch.tensor(values)[:, None, None] for values in (mean, std))
        self.padding, self.flip = padding, flip

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        image, padding = self.images[i], self.padding
        if padding:
            _, height, width = image.shape
            top, left = torch.randint(2 * padding + 1, (2,)).tolist()
            image = functional.pad(image, (padding,) * 4)[:, top : top + height, left : left + width]
        if self.flip and float(torch.rand(())) < 0.5:
            image = image.flip(2)
        return (image.float() - self.mean) / self.std, int(self.labels[i])


def plain_training(case: Case, network: nn.Module, data: OnDevice, workers: int) -> float:
    """The tutorial's loop; returns the validation accuracy."""
    recipe, device, constants = case.recipe, case.device, data.train.normalization
    loader = partial(
        DataLoader[tuple[Tensor, int]],
        batch_size=recipe.batch_size,
        num_workers=workers,
        pin_memory=device.type == "cuda",
    )
    augmented = PlainImages(case.dataset.train, constants.mean, constants.std, recipe.padding, recipe.flip)
    untouched = PlainImages(case.dataset.validation, constants.mean, constants.std, 0, flip=False)
    batches = loader(augmented, shuffle=True, drop_last=len(augmented) > recipe.batch_size)
    network.to(device).train()
    optimiser = torch.optim.SGD(
        network.parameters(), lr=0.1, momentum=recipe.momentum, weight_decay=recipe.weight_decay, nesterov=True
    )
    steps = recipe.epochs * len(batches)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(recipe.epochs):
        for images, labels in batches:
            optimiser.zero_grad()
            with autocast(recipe, device):
                outputs = network(images.to(device))
            value = functional.cross_entropy(outputs.float(), labels.to(device))
            value.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), recipe.gradient_clip)
            optimiser.step()
            cosine.step()
    network.eval()
    right = 0
    with torch.no_grad(), autocast(recipe, device):
        for images, labels in loader(untouched):
            right += int((network(images.to(device)).argmax(1) == labels.to(device)).sum())
    return right / len(untouched)


def print_share_of_peak(case: Case, cell: Genotype) -> None:
    """Multiply-adds of a whole training against what a matrix product reaches."""
    data = put(case.dataset, case.recipe, case.device)
    network, batch = case.network(cell), min(case.recipe.batch_size, len(data.train))
    images = case.recipe.epochs * (len(data.train) // batch * batch)
    forward = count(network, case.dataset.shape).flops
    flops = 2 * forward * (3 * images + len(data.validation))  # a backward pass costs two forward ones
    took = seconds(lambda: train(network, data, case.recipe, device=case.device, seed=0))
    peak = peak_flops(case)
    print(f"\nLargest cell, `{NASBench201().format(cell)}`, {forward / 1e6:.1f} M multiply-adds per image:")
    print(
        f"{flops / took / 1e9:.1f} Gflop/s in training, {100 * flops / took / peak:.1f} % of the "
        f"{peak / 1e9:.0f} Gflop/s of a matrix product in {case.recipe.precision}."
    )


def peak_flops(case: Case) -> float:
    """Floating-point operations per second of a square matrix product: the best of several."""
    side, dtype = (8192 if case.device.type == "cuda" else 1024), getattr(torch, case.recipe.precision)
    a, b = (torch.rand(side, side, generator=generator(0, name)).to(case.device, dtype) for name in "ab")
    return 2 * side**3 / min(waited(case.device, lambda: a @ b) for _ in range(8))


def print_parts(case: Case, cell: Genotype, repeats: int) -> None:
    """Milliseconds of each part of a step, and of the step as a whole, as training runs it."""
    recipe, device = case.recipe, case.device
    with working_on(device):
        data, network = put(case.dataset, recipe, device), case.network(cell).to(device)
        network.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]  # torch leaves it out
        eager = EagerStep(network, case.dataset.objective, recipe, device)
        whole = RecordedStep(eager) if device.type == "cuda" else eager
        eager.set_rate(schedule.learning_rate(recipe, 0, 1) / 100)
        parts = timed_parts(case, data, network, whole, repeats)
        evaluation = waited(device, lambda: measure(network, data.validation, recipe))
    steps = recipe.epochs * max(1, len(data.train) // recipe.batch_size)
    separate = sum(parts[name] for name in ("images", "forward", "backward", "optimiser"))
    print("\n| part of training the largest cell | ms | share of the step |")
    print("|---|---|---|")
    for name in ("images", "forward", "backward", "optimiser"):
        print(f"| {name} | {1e3 * parts[name]:.2f} | {100 * parts[name] / separate:.0f} % |")
    print(f"| sum of the parts, each waited for | {1e3 * separate:.2f} | 100 % |")
    label = "recorded as a CUDA graph" if device.type == "cuda" else "in training"
    print(f"| images and step {label} | {1e3 * parts['whole']:.2f} | {100 * parts['whole'] / separate:.0f} % |")
    share = evaluation / (evaluation + steps * parts["whole"])
    print(f"\nEvaluation takes {1e3 * evaluation:.0f} ms, {100 * share:.0f} % of a training of {steps} step(s).")


def timed_parts(
    case: Case, data: OnDevice, network: Network, whole: Callable[[Tensor, Tensor], Tensor], repeats: int
) -> dict[str, float]:
    """Medians over ``repeats``, in seconds; three rounds before them are not counted."""
    recipe, device, objective = case.recipe, case.device, case.dataset.objective
    augmentation, size = Augmentation.suited(objective, recipe), min(recipe.batch_size, len(data.train))
    indices = torch.arange(size, device=device)
    draws = augmentation.draw(size, case.dataset.shape[:2], generator(0, "draws")).to(device)
    optimiser = torch.optim.SGD(network.parameters(), lr=1e-4, momentum=0.9, nesterov=True, fused=True)
    state: dict[str, Tensor] = {}

    def prepare() -> None:
        state["images"], state["targets"] = augmentation.batch(data.train, indices, draws)

    def forward() -> None:
        with autocast(recipe, device):
            outputs = network(state["images"])
        state["loss"] = loss(objective, outputs, state["targets"])

    def backward() -> None:
        state["loss"].backward()  # type: ignore[no-untyped-call]

    def update() -> None:
        nn.utils.clip_grad_norm_(network.parameters(), recipe.gradient_clip or math.inf)
        optimiser.step()
        optimiser.zero_grad()

    parts: dict[str, Callable[[], object]] = {
        "images": prepare,
        "forward": forward,
        "backward": backward,
        "optimiser": update,
    }
    taken = [{name: waited(device, part) for name, part in parts.items()} for _ in range(repeats + 3)][3:]
    state.clear()
    together = [
        waited(device, lambda: whole(*augmentation.batch(data.train, indices, draws))) for _ in range(repeats + 5)
    ][5:]  # the first ones record
    medians = {name: float(np.median([once[name] for once in taken])) for name in parts}
    return {**medians, "whole": float(np.median(together))}


def waited(device: torch.device, work: Callable[[], object]) -> float:
    """Seconds until the work is done on the device."""
    backend = torch.cuda if device.type == "cuda" else torch.cpu
    backend.synchronize(device)
    began = time.perf_counter()
    work()
    backend.synchronize(device)
    return time.perf_counter() - began


def seconds(work: Callable[[], object]) -> float:
    """Seconds that something takes which waits for its own results."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    try:
        main()
    except KtnasError as error:
        sys.exit(f"training_speed.py: error: {error}")
