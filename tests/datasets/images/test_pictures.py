"""Image files to pixels: depths, what is converted, and what is said of it."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from ktnas.datasets.images.pictures import SIDE, decode, pillow, survey


def saved(directory, *images, suffix=".png", **options):
    paths = []
    for i, image in enumerate(images):
        paths.append(directory / f"{len(list(directory.iterdir())):02}{i}{suffix}")
        image.save(paths[-1], **options)
    return paths


def read(paths, directory):
    with pillow(directory):
        form = survey(paths, directory)
        return decode(paths, form), form.remarks


@pytest.mark.parametrize(
    ("dtype", "suffix"), [(np.uint16, ".png"), (np.uint16, ".tif"), (np.int32, ".tif"), (np.float32, ".tif")]
)
def test_gray_images_keep_their_depth(tmp_path, dtype, suffix):
    pixels = [(np.arange(20).reshape(4, 5) * step).astype(dtype) for step in (7, 1000)]
    images, remarks = read(saved(tmp_path, *map(Image.fromarray, pixels), suffix=suffix), tmp_path)
    assert (images.dtype, remarks) == (dtype, ())
    np.testing.assert_array_equal(images[..., 0], pixels)


@pytest.mark.parametrize(("dtype", "suffix"), [(np.uint16, ".png"), (np.float32, ".tif")])
def test_and_when_they_are_resized(tmp_path, dtype, suffix):
    pixels = [np.full(size, 30_000, dtype) for size in ((4, 5), (8, 8))]
    images, remarks = read(saved(tmp_path, *map(Image.fromarray, pixels), suffix=suffix), tmp_path)
    assert (images.shape, images.dtype) == ((2, SIDE, SIDE, 1), dtype)
    assert set(images.ravel().tolist()) == {30_000}
    assert remarks == (f"Sizes differ (5 x 4 to 8 x 8): central squares were resized to {SIDE} x {SIDE}.",)


def test_what_becomes_colour_is_told(tmp_path):
    paths = saved(tmp_path, *(Image.new(mode, (5, 4)) for mode in ("RGB", "L", "1", "P")))
    paths += saved(tmp_path, Image.new("CMYK", (5, 4)), suffix=".jpg")
    images, remarks = read(paths, tmp_path)
    assert images.shape == (5, 4, 5, 3)
    assert remarks == ("Converted to RGB: 1 with a palette, 1 CMYK, 2 gray.",)


def test_what_is_lost_is_told(tmp_path):
    turned = Image.Exif()
    turned[274] = 6
    paths = saved(tmp_path, Image.new("RGBA", (5, 4)), Image.new("LA", (5, 4)))
    paths += saved(tmp_path, Image.new("RGB", (5, 4)), suffix=".jpg", exif=turned)
    first, second = (Image.new("L", (5, 4), level) for level in (0, 200))
    paths += saved(tmp_path, first, suffix=".gif", save_all=True, append_images=[second])
    _, remarks = read(paths, tmp_path)
    assert remarks[-3:] == (
        "Images whose transparency was ignored: 2.",
        "Images that a camera noted as turned, and were left so: 1.",
        "Images of several frames, of which the first was read: 1.",
    )


def test_colour_of_16_bits_is_told_to_be_reduced(tmp_path):
    path = tmp_path / "0.png"
    path.write_bytes(deep_png(np.full((4, 5, 3), 0x1234, ">u2")))
    images, remarks = read([path], tmp_path)
    assert images[0, 0, 0].tolist() == [0x12] * 3
    assert remarks == ("Images of more than 8 bits per channel, reduced to 8: 1.",)


def deep_png(pixels):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content
