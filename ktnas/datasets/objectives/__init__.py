"""What a task teaches a network; one file per objective, and nothing elsewhere knows which there are.

The seven kinds of TransNAS-Bench-101 (Duan et al., CVPR 2021, section 3.2) come down to these; classification and
multi-label classification also cover MedMNIST. An objective of your own is one file too: whatever fulfils
`ktnas.datasets.objectives.base.Objective`. Torch is imported inside of their methods only.

* `Classification`: one class per image.
* `MultiLabel`: labels that may hold together.
* `Jigsaw`: which permutation shuffled an image's tiles.
* `Regression`: numbers per image.
* `Segmentation`: a class per pixel.
* `Normals`: surface normals.
* `Autoencoding`: the image itself.
* `Objective`, `Targets`: what all of them promise, and what they are about.
"""

from ktnas.datasets.objectives.autoencoding import Autoencoding
from ktnas.datasets.objectives.base import Objective, Targets
from ktnas.datasets.objectives.classification import Classification
from ktnas.datasets.objectives.jigsaw import Jigsaw
from ktnas.datasets.objectives.multi_label import MultiLabel
from ktnas.datasets.objectives.normals import Normals
from ktnas.datasets.objectives.regression import Regression
from ktnas.datasets.objectives.segmentation import Segmentation

__all__ = [
    "Autoencoding",
    "Classification",
    "Jigsaw",
    "MultiLabel",
    "Normals",
    "Objective",
    "Regression",
    "Segmentation",
    "Targets",
]
