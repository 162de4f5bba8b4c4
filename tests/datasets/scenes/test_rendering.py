import numpy as np
import pytest

from ktnas.datasets.scenes.camera import HIGH, LOW, Camera
from ktnas.datasets.scenes.materials import LABELS
from ktnas.datasets.scenes.rendering import BATCH, LEAST_SHARE, World, render_views
from ktnas.datasets.scenes.solids import SHAPES

WORLD = World(scene_classes=16, object_classes=16)
COUNT, SIZE = BATCH + 13, 24
FLAT = {"floor": 1, "rug": 1, "ceiling": -1, "lamp": -1}


@pytest.fixture(scope="module")
def views():
    return render_views("train", COUNT, size=SIZE, seed=4, world=WORLD)


@pytest.fixture(scope="module")
def cameras(views):
    numbers = (views.layout.astype(np.float64) + 1) / 2 * (HIGH - LOW) + LOW
    return Camera(numbers[:, 3:6], *np.radians(numbers[:, :3]).T, np.full(COUNT, np.nan))


def same(some, others):
    return all(
        (getattr(some, name) == getattr(others, name)[: len(some.scene)]).all()
        for name in ("images", "labels", "normals", "scene", "object", "layout")
    )


@pytest.mark.parametrize("count", [1, 7, BATCH, BATCH + 1])
def test_a_scene_is_the_same_however_many_are_rendered(views, count):
    assert same(render_views("train", count, size=SIZE, seed=4, world=WORLD), views)


def test_parts_and_seeds_share_no_scenes(views):
    for part, seed in (("validation", 4), ("train", 5)):
        others = render_views(part, COUNT, size=SIZE, seed=seed, world=WORLD)
        assert not (others.layout[:, None] == views.layout[None]).all(axis=2).any()


def test_a_scene_of_another_size_is_the_same_scene(views):
    larger = render_views("train", COUNT, size=2 * SIZE, seed=4, world=WORLD)
    assert (larger.layout == views.layout).all(axis=1).mean() > 0.9  # a borderline scene may be drawn again
    middle = larger.labels[:, ::2, ::2] == views.labels
    assert middle[(larger.layout == views.layout).all(axis=1)].mean() > 0.85


def test_normals_have_unit_length_and_face_the_camera(views):
    assert np.linalg.norm(views.normals, axis=3) == pytest.approx(np.ones((COUNT, SIZE, SIZE)), abs=1e-5)
    # every pixel's ray is (x, y, -1) with |x|, |y| below the tangent of half the field of view, at most 0.92
    across = 0.92 * (abs(views.normals[..., 0]) + abs(views.normals[..., 1]))
    assert (views.normals[..., 2] > -across).all()
    assert abs(views.normals).max() <= 1


def test_flat_things_have_the_normal_that_the_layout_says(views, cameras):
    up = cameras.axes()[:, :, 2]
    for name, sign in FLAT.items():
        scene, row, column = np.nonzero(views.labels == LABELS.index(name))
        assert len(scene)
        assert views.normals[scene, row, column] == pytest.approx(sign * up[scene], abs=1e-5)


def test_walls_and_what_hangs_on_them_have_the_normals_that_the_layout_says(views, cameras):
    left, front = cameras.axes()[:, :, 0], -cameras.axes()[:, :, 1]
    for name in ("wall", "window", "door", "picture", "skirting"):
        scene, row, column = np.nonzero(views.labels == LABELS.index(name))
        found = views.normals[scene, row, column]
        gaps = [abs(found - wall[scene]).max(axis=1) for wall in (left, -left, front, -front)]
        assert len(scene)
        assert np.min(gaps, axis=0).max() < 1e-5


def test_the_object_is_of_the_solid_that_covers_most(views):
    first = LABELS.index(SHAPES[0].name)
    for labels, kind in zip(views.labels, views.object, strict=True):
        counts = np.bincount(labels.ravel(), minlength=len(LABELS))[first:]
        shape = kind % len(SHAPES)
        assert counts[shape] >= LEAST_SHARE * SIZE * SIZE
        # several small ones of another shape may cover more together
        assert counts[shape] * 5 >= counts.max()
    agree = [
        np.bincount(v.ravel(), minlength=17)[first:].argmax() == k % 8
        for v, k in zip(views.labels, views.object, strict=True)
    ]
    assert np.mean(agree) > 0.9


def test_the_dominant_solid_covers_what_is_asked_for(views):
    near = render_views("train", 12, size=SIZE, seed=4, world=World(16, 16, object_share=0.15))
    covered = (near.labels >= len(LABELS) - len(SHAPES)).mean(axis=(1, 2))
    assert (covered >= 0.15).all()
    kept = (near.layout == views.layout[:12]).all(axis=1)
    assert 0 < kept.sum() < 12  # only scenes that show too little are drawn again
    assert (near.images[kept] == views.images[:12][kept]).all()


def test_images_differ_in_light_and_have_noise(views):
    assert 60 < views.images.mean() < 160
    assert views.images.reshape(COUNT, -1).mean(axis=1).std() > 10
