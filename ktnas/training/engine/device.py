"""Where training runs: a CPU or a GPU, and what is special about each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ktnas.errors import ConfigurationError


def resolve(name: str) -> torch.device:
    """The device of a name: ``auto`` (the first GPU, else the CPU), ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        ConfigurationError: If it is none of these, or there is no such GPU.
    """
    if not re.fullmatch(r"auto|cpu|cuda(:\d{1,3})?", name):
        raise ConfigurationError(f"unknown device {name!r}: it must be auto, cpu, cuda or cuda:N")
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "cpu" or (name == "auto" and not gpus):
        return torch.device("cpu")
    number = int(name.partition(":")[2] or 0)
    if not gpus:
        reason = "this PyTorch was built without CUDA" if torch.version.cuda is None else "no GPU was found"
        raise ConfigurationError(f"device {name!r} cannot be had: {reason}; use --device cpu")
    if number >= gpus:
        raise ConfigurationError(f"device {name!r} cannot be had: the GPUs are cuda:0 to cuda:{gpus - 1}")
    return torch.device("cuda", number)


@contextmanager
def working_on(device: torch.device) -> Iterator[None]:
    """Run what is inside on a stream of its own, as capture of CUDA graphs requires; nothing happens for a CPU.

    While inside, cuDNN times its algorithms once per shape and keeps the fastest: the few shapes of a search space
    come back with every candidate.
    """
    if device.type != "cuda":
        yield
        return
    benchmark, outer = torch.backends.cudnn.benchmark, torch.cuda.current_stream(device)
    stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # torch has no annotation
    stream.wait_stream(outer)
    torch.backends.cudnn.benchmark = True
    try:
        with torch.cuda.device(device), torch.cuda.stream(stream):
            yield
    finally:
        torch.backends.cudnn.benchmark = benchmark
        outer.wait_stream(stream)


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch computes with one thread on the CPU: sums then do not depend on the number of cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on a GPU or in the machine."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return "DefaultCPUAllocator" in str(error)  # the CPU's allocator raises a plain RuntimeError


def is_usable(device: torch.device) -> bool:
    """Whether this process can still use a device: after an illegal memory access, every call to a GPU fails."""
    if device.type != "cuda":
        return True
    try:
        torch.cuda.synchronize(device)
    except RuntimeError:
        return False
    return True


def release_memory(device: torch.device) -> None:
    """Give memory that is kept for later use back to the GPU, for others on it."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


PER_GPU = 2
"""Candidates in parallel on a GPU unless a number is given."""


def devices(name: str, workers: int) -> list[torch.device]:
    """A device per worker: the CPU for all, a GPU that is named by its number, or all GPUs in turn.

    Raises:
        ConfigurationError: If there is no such device.
    """
    device = resolve(name)
    if device.type != "cuda" or ":" in name:
        return [device] * workers
    return [torch.device("cuda", i % torch.cuda.device_count()) for i in range(workers)]


def default_workers(name: str) -> int:
    """As many workers as suit a device: one per CPU core, or `PER_GPU` for each GPU.

    Raises:
        ConfigurationError: If there is no such device.
    """
    if resolve(name).type == "cuda":
        return PER_GPU * (1 if ":" in name else torch.cuda.device_count())
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
