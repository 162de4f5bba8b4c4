"""Settings by which networks are trained on rendered scenes: those of the table, and those tried before."""

from __future__ import annotations

from dataclasses import dataclass, replace

from experiments.machinery.scenes_training import Setting
from ktnas.datasets.scenes import TASKS

PARTS = 3
"""Equal parts of the test scenes, so that more validation scenes can be judged from the same trainings."""

_STEADY = Setting(2000, size=16, rate=0.02, channels=16, validation=2000, test=1000)
_OBJECTS = (("object_classes", 8), ("object_share", 0.15))
RECIPE = {
    "class_scene": replace(_STEADY, images=3000),
    "class_object": replace(_STEADY, images=3500, rate=0.1, scenes=_OBJECTS, recipe=(("warmup", 0.2),)),
    "room_layout": _STEADY,
    "jigsaw": replace(_STEADY, images=1500),
    "segmentsemantic": _STEADY,
    "normal": replace(_STEADY, images=3000, rate=0.05),
    "autoencoder": Setting(2500, size=32, rate=0.05, validation=1000, test=1000),
}
"""Setting of each task, as `scenes_recipe` found them to tell networks apart (see there)."""

VERSION = 1
"""Of the table: raised whenever its numbers would change; not where lines are added."""

REPLICAS = 1
"""Trainings of which the table holds the mean."""

BY_LOSS = ("segmentsemantic",)
"""Tasks on which the table's metric is the negative loss, that tells networks apart better than their own metric."""

SMOKE_RECIPE = dict.fromkeys(TASKS, Setting(64, channels=2, validation=32, test=32))


@dataclass(frozen=True, slots=True)
class Screening:
    """What is trained by one setting.

    Attributes:
        setting: The setting.
        tasks: On which tasks.
        networks: How many networks of the order.
        seeds: How many seeds.
    """

    setting: Setting
    tasks: tuple[str, ...]
    networks: int
    seeds: int = 2


_BASE = Setting(rate=0.1)
_SLOW = replace(_BASE, rate=0.02)
_MORE = replace(_SLOW, images=4000)
_WIDE = replace(_BASE, size=32, rate=0.05)
_WARM = replace(_BASE, recipe=(("warmup", 0.2),))
_SIXTEEN = replace(_SLOW, channels=16)
_EIGHT = (("object_classes", 8),)
_NEAR = (*_EIGHT, ("object_share", 0.15))
SCREENINGS = (
    Screening(_BASE, ("class_scene", "room_layout", "jigsaw", "normal"), networks=12),
    Screening(replace(_BASE, rate=0.03), ("class_scene", "room_layout", "jigsaw"), networks=12),
    Screening(replace(_BASE, rate=0.05, channels=16), ("class_scene", "jigsaw", "normal"), networks=12),
    Screening(replace(_BASE, rate=0.05, epochs=2), ("class_scene",), networks=12),
    Screening(replace(_SLOW, channels=16), ("jigsaw",), networks=10),
    Screening(_MORE, ("class_scene",), networks=11),
    Screening(_MORE, ("normal", "autoencoder"), networks=6),
    Screening(_MORE, ("segmentsemantic", "class_object", "room_layout", "jigsaw"), networks=5),
    Screening(_WIDE, ("segmentsemantic", "normal", "autoencoder"), networks=6),
    Screening(replace(_WIDE, batch=16), ("normal",), networks=4),
    Screening(replace(_WIDE, rate=0.02), ("segmentsemantic",), networks=5),
    Screening(replace(_WIDE, rate=0.02), ("normal",), networks=4),
    Screening(replace(_WARM, images=2000, size=32), ("normal",), networks=3),
    Screening(replace(_MORE, scenes=_EIGHT), ("class_object",), networks=6),
    Screening(replace(_BASE, images=8000, rate=0.03, scenes=_EIGHT), ("class_object",), networks=4),
    Screening(replace(_WARM, images=4000, scenes=_EIGHT), ("class_object",), networks=3),
    Screening(replace(_WARM, images=4000, scenes=_NEAR), ("class_object", "class_scene"), networks=4),
    Screening(replace(_WARM, images=4000, scenes=_NEAR), ("jigsaw",), networks=3),
    Screening(replace(_WARM, images=4000, size=32), ("autoencoder",), networks=4),
    Screening(replace(_WARM, images=4000, size=32), ("normal",), networks=3),
    Screening(replace(_SIXTEEN, images=3000), ("class_scene",), networks=12),
    Screening(replace(_SIXTEEN, images=1500), ("class_scene",), networks=12),
    Screening(replace(_SIXTEEN, images=2500), ("room_layout", "jigsaw", "segmentsemantic"), networks=12),
    Screening(replace(_SIXTEEN, images=4000, rate=0.1, scenes=_NEAR, recipe=(("warmup", 0.2),)), ("class_object",), 12),
    Screening(replace(_SIXTEEN, images=2500, rate=0.05), ("autoencoder",), networks=12),
    Screening(replace(_SIXTEEN, images=3000, rate=0.05), ("normal",), networks=12),
    Screening(replace(_SIXTEEN, images=1200, rate=0.05, size=32), ("normal",), networks=12),
)
"""In the order in which they were tried, each on as few networks as were enough to go on to the next."""

_LEAST = Setting(64, channels=2, validation=32, test=PARTS * 16)
SMOKE_SCREENINGS = (
    Screening(_LEAST, ("class_scene", "jigsaw"), networks=3),
    Screening(replace(_LEAST, rate=0.01), ("class_scene",), networks=3),
)
