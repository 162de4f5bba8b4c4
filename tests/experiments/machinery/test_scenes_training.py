"""One training on rendered scenes, and the digest of a recipe."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.machinery.scenes_training import Setting, Trainer, digest

LEAST = Setting(64, channels=2, validation=32, test=48)


def test_a_setting_in_a_word():
    setting = Setting(rate=0.02, scenes=(("object_classes", 8),), recipe=(("warmup", 0.2),))
    assert setting.name == "16px 2000x1 b32 lr0.02 c8 object_classes=8 warmup=0.2"


def test_the_digest_tells_recipes_apart():
    assert digest({"normal": LEAST}) == digest({"normal": replace(LEAST)})
    assert digest({"normal": LEAST}) != digest({"normal": replace(LEAST, rate=0.06)})
    assert digest({"normal": LEAST}) != digest({"jigsaw": LEAST})


def test_a_training_is_repeatable_and_its_test_can_be_judged_in_parts():
    genotype = (3, 0, 3, 0, 0, 3)
    whole = Trainer({"class_scene": LEAST})(genotype, "class_scene", 0)
    again = Trainer({"class_scene": LEAST}, parts=3)(genotype, "class_scene", 0)
    assert (whole.validation, whole.loss, whole.parameters) == (again.validation, again.loss, again.parameters)
    assert len(again.tests) == 3
    assert np.mean(again.tests) == pytest.approx(whole.tests[0])
    assert Trainer({"class_scene": LEAST})(genotype, "class_scene", 1).loss != whole.loss
