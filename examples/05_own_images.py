"""Two tasks on images of your own, given as datasets of torch: candidates are really trained.

Needs `pip install 'ktnas[train]'`. The images are made up here: bright bars, to be told by their direction and by their
brightness. Prints the best cell of each task with its test accuracy, in some ten seconds on one core.
"""

import torch
from torch.utils.data import TensorDataset

import ktnas
from ktnas.datasets import from_torch
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.training.benchmark import TrainingBenchmark
from ktnas.training.networks import Size
from ktnas.training.recipe import Recipe


def bars(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Images ``(count, 1, 12, 12)`` in [0, 1], whether the bar stands upright, whether it is bright."""
    draw = torch.Generator().manual_seed(seed)
    upright, bright = torch.randint(2, (2, count), generator=draw)
    images = 0.3 * torch.rand(count, 1, 12, 12, generator=draw)
    places = torch.randint(2, 10, (count,), generator=draw)
    for image, place, stands, shines in zip(images, places, upright, bright, strict=True):
        bar = image[0, :, place] if stands else image[0, place]
        bar += 0.7 if shines else 0.35
    return images, upright, bright


parts = [bars(count, seed) for seed, count in enumerate((96, 48, 48))]  # to train, to validate, to test
direction, brightness = (
    from_torch(name, *(TensorDataset(images, labels[which]) for images, *labels in parts))
    for which, name in enumerate(("direction", "brightness"))
)
benchmark = TrainingBenchmark(
    NASBench201(), (direction, brightness), Size(channels=4, cells=1), Recipe(epochs=2, batch_size=16), device="cpu"
)
result = ktnas.search(benchmark, budget=5, seed=0)
for task, found in result.best.items():
    test = benchmark.report(task, found.genotype).metrics["test accuracy"]
    print(f"{task}: {found.fitness:.1f} % validation, {test:.1f} % test accuracy, {found.architecture}")
