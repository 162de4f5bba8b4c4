"""What counts as an image, and what is passed over with its name."""

import pytest

from ktnas.datasets.images.tree import walk
from ktnas.errors import DataError

STARTS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a",
    "tiff": b"II*\x00",
    "tiff, big-endian": b"MM\x00*",
    "webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "ppm": b"P6\n# made by hand\n5 4\n255\n",
    "bmp": b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00",
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_images_by_their_content(tmp_path, start):
    (tmp_path / "scan0001").write_bytes(start)
    tree, passed_over = walk(tmp_path)
    assert (tree.loose, tree.count, passed_over) == (("scan0001",), 1, ())


@pytest.mark.parametrize(
    "content", [b"", b"BMW are cars", b"P5 is a road", b"RIFF....WAVE", b"II, the second", b"{}", b"%PDF-1.4"]
)
def test_other_files_are_passed_over(tmp_path, content):
    (tmp_path / "notes").write_bytes(content)
    tree, passed_over = walk(tmp_path)
    assert tree.count == 0
    assert [(one.path, one.reason) for one in passed_over] == [("notes", "no image")]


@pytest.mark.parametrize("name", ["__MACOSX", ".git", "@eaDir", "__pycache__", "Thumbs.db", "desktop.ini", "._0.png"])
def test_what_systems_leave_behind(tmp_path, name):
    path = tmp_path / "a" / name
    path.mkdir(parents=True)
    (path / "0.png").write_bytes(STARTS["png"])
    tree, passed_over = walk(tmp_path)
    assert (tree.count, list(tree.folders)) == (0, ["a"])
    assert [(one.path, one.reason) for one in passed_over] == [(f"a/{name}", "hidden, or of the system")]


def test_paths_come_in_the_order_of_names(tmp_path):
    for name in ("b.png", "c/1.png", "c/0.png", "a/z.png", "d.PNG"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    tree, _ = walk(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in tree.paths] == [
        "a/z.png",
        "b.png",
        "c/0.png",
        "c/1.png",
        "d.PNG",
    ]
    assert (tree.with_images, tree.count) == (("a", "c"), 5)


def test_a_folder_that_cannot_be_listed(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "iterdir", refuse)
    with pytest.raises(DataError, match=r"cannot be listed: .*Permission denied"):
        walk(tmp_path)
