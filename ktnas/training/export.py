"""Networks for programs that know nothing of this package."""

from __future__ import annotations

import logging
import warnings
from importlib.util import find_spec
from io import BytesIO

import torch
from torch import nn

from ktnas.errors import ConfigurationError, reason


def onnx_bytes(network: nn.Module, shape: tuple[int, int, int]) -> bytes:
    """A network as ONNX, for any number of images.

    Args:
        network: On the CPU, in evaluation mode; its input is ``(n, channels, height, width)``.
        shape: Height, width and channels of an image.

    Raises:
        ConfigurationError: If packages are missing, or torch cannot export this network.
    """
    missing = [name for name in ("onnx", "onnxscript") if find_spec(name) is None]
    if missing:
        raise ConfigurationError(f"export to ONNX needs {' and '.join(missing)}: pip install 'ktnas[onnx]'")
    images = torch.export.Dim("images", min=1)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it misses packages that nothing here needs
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                network,
                (_example(shape),),
                input_names=["images"],
                output_names=["outputs"],
                dynamic_shapes=({0: images},),
                dynamo=True,
                verbose=False,
            )
        return bytes(program.model_proto.SerializeToString()) if program is not None else b""
    except (RuntimeError, TypeError, ValueError, ImportError) as error:
        raise _cannot("ONNX", error) from error


def torchscript_bytes(network: nn.Module, shape: tuple[int, int, int]) -> bytes:
    """A network as TorchScript, for any number of images.

    Args:
        network: On the CPU, in evaluation mode; its input is ``(n, channels, height, width)``.
        shape: Height, width and channels of an image.

    Raises:
        ConfigurationError: If torch cannot export this network.
    """
    content = BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch calls it deprecated, and still writes it
            traced = torch.jit.trace(network, _example(shape))  # type: ignore[no-untyped-call]
            torch.jit.save(traced, content)
    except (RuntimeError, TypeError, ValueError, AttributeError) as error:
        raise _cannot("TorchScript", error) from error
    return content.getvalue()


def _example(shape: tuple[int, int, int]) -> torch.Tensor:
    height, width, channels = shape
    return torch.zeros(2, channels, height, width)


def _cannot(what: str, error: Exception) -> ConfigurationError:
    return ConfigurationError(f"this version of torch cannot export the network to {what} ({reason(error)[:300]})")
