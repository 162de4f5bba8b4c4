import numpy as np
import pytest

from ktnas.datasets.scenes.solids import SHAPES, Solid

RADIUS, HEIGHT = 0.5, 1.2


def solid_of(shape, origin):
    start = np.asarray(origin, dtype=np.float32).reshape(3, 1, 1)
    sizes = (np.full((1, 1), size, dtype=np.float32) for size in (RADIUS, HEIGHT))
    return Solid(start, *sizes, shape.top)


def meet(shape, origin, rays):
    """Distances along rays ``(n, 3)`` from one point."""
    return shape.meet(solid_of(shape, origin), np.asarray(rays, dtype=np.float32).T[:, None])[0]


def normals(shape, points):
    sizes = (np.full(len(points), size, dtype=np.float32) for size in (RADIUS, HEIGHT))
    found = shape.normal(Solid(points.T, *sizes, shape.top), points.T).T
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def inside(shape, x, y, z, grow=0.0):
    """Whether points lie in a solid, from its description: written without looking at how rays meet it."""
    standing = (z >= -grow) & (z <= HEIGHT + grow)
    if shape.name in {"ball", "dome", "egg"}:
        middle = HEIGHT / 2 if shape.name != "dome" else 0.0
        return standing & ((x**2 + y**2) / RADIUS**2 + ((z - middle) / (HEIGHT - middle)) ** 2 <= 1 + grow)
    top = {"box": 1.0, "cylinder": 1.0, "pyramid": 0.0, "cone": 0.0, "bucket": 1.6}[shape.name]
    width = RADIUS * (1 + (top - 1) * z / HEIGHT) + grow
    return standing & (np.maximum(abs(x), abs(y)) <= width if shape.square else x**2 + y**2 <= width**2)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
class TestShape:
    def rays(self, shape):
        rng = np.random.Generator(np.random.PCG64(7))
        for _ in range(8):
            angle = rng.uniform(0, 2 * np.pi)
            origin = np.array([2 * np.cos(angle), 2 * np.sin(angle), rng.uniform(0.3, 2.5)])
            aims = np.stack([*rng.uniform(-0.9, 0.9, (2, 40)), rng.uniform(0, HEIGHT, 40)], axis=1)
            yield origin, aims - origin

    def test_rays_meet_it_where_small_steps_first_enter_it(self, shape):
        steps = np.linspace(0, 1.6, 3201)
        met = 0
        for origin, rays in self.rays(shape):
            x, y, z = origin[:, None, None] + rays.T[:, :, None] * steps
            entered = inside(shape, x, y, z) & (z > 0)
            distance = meet(shape, origin, rays)
            for ray, found in zip(entered, distance, strict=True):
                if ray.sum() > 4:  # a ray that only grazes it may go either way
                    assert found == pytest.approx(steps[ray.argmax()], abs=7e-4)
                    met += 1
        assert met > 60

    def test_a_ray_that_passes_by_meets_nothing(self, shape):
        for origin, rays in self.rays(shape):
            distance = meet(shape, origin, rays)
            points = (origin + rays * np.where(np.isfinite(distance), distance, 0)[:, None]).T
            assert (inside(shape, *points, grow=1e-3) | ~np.isfinite(distance) | (points[2] < 0)).all()
        away = [[0, 1, 0], [0, 1, 0.3], [0, 0, 1], [1, 0, 0], [0, 0.5, 2.0]]
        assert not np.isfinite(meet(shape, (0, 2, 0.5), away)).any()

    def test_normals_point_out_of_the_solid_and_to_the_camera(self, shape):
        for origin, rays in self.rays(shape):
            distance = meet(shape, origin, rays)
            # the floor hides what is below it
            seen = np.isfinite(distance) & (origin[2] + rays[:, 2] * np.minimum(distance, 9) > 0.01)
            points = (origin + rays[seen] * distance[seen, None]).astype(np.float32)
            found = normals(shape, points)
            assert ((found * rays[seen]).sum(axis=1) < 1e-4).all()
            out, into = ((points + side * 2e-3 * found).T for side in (1, -1))
            assert not inside(shape, *out).any()
            # a step into a solid may leave it again at an edge, but nowhere else
            assert inside(shape, *into, grow=1e-3).mean() > 0.9


@pytest.mark.parametrize(
    ("name", "origin", "ray", "distance", "normal"),
    [
        ("egg", (0, -2, 0.6), (0, 1, 0), 1.5, (0, -1, 0)),
        ("dome", (0, 0, 3.2), (0, 0.0, -1), 2.0, (0, 0, 1)),
        ("box", (2, 0.1, 0.5), (-1, 0, 0), 1.5, (1, 0, 0)),
        ("box", (0.1, 0.1, 2.2), (0, 0, -1), 1.0, (0, 0, 1)),
        ("cylinder", (0, 2, 1), (0, -1, 0), 1.5, (0, 1, 0)),
        ("cone", (0, -2, 0.6), (0, 1, 0), 1.75, (0, -1.2 / 1.3, 0.5 / 1.3)),
        ("pyramid", (2, 0, 0.6), (-1, 0, 0), 1.75, (1.2 / 1.3, 0, 0.5 / 1.3)),
        ("bucket", (2, 0, 0.6), (-1, 0, 0), 1.35, (1 / 1.25**0.5 * 1.118034 * 0.970143, 0, -0.242536)),
        ("bucket", (0.7, 0, 2.2), (0, 0, -1), 1.0, (0, 0, 1)),
    ],
)
def test_by_hand(name, origin, ray, distance, normal):
    (shape,) = (shape for shape in SHAPES if shape.name == name)
    assert meet(shape, origin, [ray]) == pytest.approx([distance], abs=1e-5)
    point = np.array([origin]) + distance * np.array([ray])
    assert normals(shape, point.astype(np.float32))[0] == pytest.approx(normal, abs=1e-5)
