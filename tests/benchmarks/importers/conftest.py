"""Small files in the official formats, made here: nothing of them is anybody's data."""

import bz2
import collections
import pickle

import numpy as np
import pytest

from ktnas.spaces.base import genotypes
from ktnas.spaces.nasbench201 import NASBench201
from ktnas.spaces.nats_size import NATSSize

PARTS = {
    "cifar10-valid": ("x-valid", "ori-test"),
    "cifar10": ("ori-test",),
    "cifar100": ("x-valid", "x-test", "ori-test"),
    "ImageNet16-120": ("x-valid", "x-test", "ori-test"),
}


def accuracy(index, dataset, part, epochs, seed):
    """In %: another one for each network, dataset, part, length and seed."""
    base = 10.0 + index % 50 + 5 * list(PARTS).index(dataset)
    return base + {"x-valid": 0.25, "x-test": 0.5, "ori-test": 0.75}[part] + epochs / 1_000 + seed / 100_000


def trial(index, dataset, epochs, seed):
    every = {
        f"{part}@{epoch}": accuracy(index, dataset, part, epoch + 1, seed)
        for part in PARTS[dataset]
        for epoch in range(max(0, epochs - 2), epochs)  # few, so that tests are quick
    }
    return {
        "name": dataset,
        "train_acc1es": dict.fromkeys(range(3), 50.0),
        "train_acc5es": None,
        "train_losses": {epoch: 1.0 / (epoch + 1) for epoch in range(3)},
        "train_times": dict.fromkeys(range(epochs), 1.5 + index),
        "arch_config": {"name": "infer", "class_num": 10},
        "params": np.float64(0.25 + index),
        "flop": 12.5 + index,
        "seed": f"0{seed}",
        "epochs": epochs,
        "latency": [np.float64(0.0125)],
        "eval_names": list(PARTS[dataset]),
        "eval_acc1es": every,
        "eval_times": dict.fromkeys(every, 0.5),
        "eval_losses": dict.fromkeys(every, 1.0),
        "net_state_dict": None,
    }


def infos(index, text, schedules):
    """The results of one architecture; ``schedules``: the key of each, its epochs and its seeds."""
    found = collections.OrderedDict()
    for key, (epochs, seeds) in schedules.items():
        found[key] = {
            "arch_index": index,
            "arch_str": text,
            "all_results": collections.OrderedDict(
                ((dataset, seed), trial(index, dataset, epochs, seed)) for dataset in PARTS for seed in seeds
            ),
            "dataset_seed": {dataset: list(seeds) for dataset in PARTS},
            "clear_net_done": True,
        }
    return found


class Archive:
    """A made distribution of cells or of widths."""

    def __init__(self, space, schedules, count):
        self.schedules = schedules
        self.texts = [space.format(genotype) for genotype in genotypes(space)[:count]]

    def infos(self, index):
        return infos(index, self.texts[index], self.schedules)

    def whole(self, count=None):
        count = len(self.texts) if count is None else count
        return {
            "meta_archs": self.texts,
            "arch2infos": {i: self.infos(i) for i in range(count)},
            "evaluated_indexes": set(range(count)),
        }

    def directory(self, path, count=None):
        path.mkdir()
        meta = {"meta_archs": self.texts, "total_archs": len(self.texts), "arch2infos": None}
        (path / "meta.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps({**meta, "evaluated_indexes": set()})))
        for i in range(len(self.texts) if count is None else count):
            (path / f"{i:06}.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(self.infos(i))))
        return path


@pytest.fixture
def topology():
    return Archive(NASBench201(), {"12": (12, (111, 777)), "200": (200, (777, 888))}, 7)


@pytest.fixture
def topology_201():
    return Archive(NASBench201(), {"less": (12, (777,)), "full": (200, (777,))}, 7)


@pytest.fixture
def sizes():
    return Archive(NATSSize(), {"01": (1, (777,)), "12": (12, (777, 888)), "90": (90, (777,))}, 7)
