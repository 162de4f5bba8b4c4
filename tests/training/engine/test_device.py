import pytest
import torch

from ktnas.errors import ConfigurationError
from ktnas.training.engine.device import (
    PER_GPU,
    default_workers,
    devices,
    is_out_of_memory,
    is_usable,
    one_thread,
    release_memory,
    resolve,
    working_on,
)

CPU = torch.device("cpu")


def gpus(monkeypatch, count):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)


def test_the_cpu_is_always_there(monkeypatch):
    gpus(monkeypatch, 0)
    assert resolve("cpu") == resolve("auto") == CPU


def test_a_gpu_is_taken_where_there_is_one(monkeypatch):
    gpus(monkeypatch, 2)
    assert resolve("auto") == resolve("cuda") == torch.device("cuda", 0)
    assert resolve("cuda:1") == torch.device("cuda", 1)
    assert resolve("cpu") == CPU


@pytest.mark.parametrize("name", ["cuda", "cuda:0"])
def test_no_gpu_where_one_is_asked_for(monkeypatch, name):
    gpus(monkeypatch, 0)
    with pytest.raises(ConfigurationError, match=f"device '{name}' cannot be had: .* use --device cpu"):
        resolve(name)


def test_a_gpu_too_many(monkeypatch):
    gpus(monkeypatch, 2)
    with pytest.raises(ConfigurationError, match="the GPUs are cuda:0 to cuda:1"):
        resolve("cuda:2")


@pytest.mark.parametrize("name", ["gpu", "CUDA", "cuda:", "cuda:-1", "cuda:99999", "", "cpu\n"])
def test_other_names(name):
    with pytest.raises(ConfigurationError, match="must be auto, cpu, cuda or cuda:N"):
        resolve(name)


def test_the_cpu_allocator_is_recognised():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**58, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_nothing_is_special_about_the_cpu():
    with working_on(CPU):
        release_memory(CPU)


def test_one_thread_inside_and_as_before_outside():
    torch.set_num_threads(2)
    try:
        with pytest.raises(ZeroDivisionError), one_thread():
            _ = 1 / (torch.get_num_threads() - 1)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


def test_a_gpu_whose_every_call_fails_is_lost(monkeypatch):
    def fail(device):
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    monkeypatch.setattr(torch.cuda, "synchronize", fail)
    assert is_usable(CPU)
    assert not is_usable(torch.device("cuda", 0))
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: None)
    assert is_usable(torch.device("cuda", 0))


def test_every_worker_has_its_device(monkeypatch):
    assert [str(device) for device in devices("cpu", 3)] == ["cpu"] * 3
    gpus(monkeypatch, 2)
    assert [str(device) for device in devices("auto", 5)] == ["cuda:0", "cuda:1", "cuda:0", "cuda:1", "cuda:0"]
    assert [str(device) for device in devices("cuda:1", 2)] == ["cuda:1", "cuda:1"]
    assert [default_workers(name) for name in ("auto", "cuda", "cuda:1")] == [2 * PER_GPU, 2 * PER_GPU, PER_GPU]
    assert default_workers("cpu") >= 1
    with pytest.raises(ConfigurationError, match="cuda:2"):
        devices("cuda:2", 2)
