from ktnas.datasets.images.medmnist import FLAGS
from ktnas.datasets.objectives import Classification, MultiLabel


def test_every_data_set_of_medmnist_v2_in_two_dimensions():
    # Yang et al. 2023, table 1: classes or labels, and channels
    listed = {
        "pathmnist": (9, 3),
        "chestmnist": (14, 1),
        "dermamnist": (7, 3),
        "octmnist": (4, 1),
        "pneumoniamnist": (2, 1),
        "retinamnist": (5, 3),
        "breastmnist": (2, 1),
        "bloodmnist": (8, 3),
        "tissuemnist": (8, 1),
        "organamnist": (11, 1),
        "organcmnist": (11, 1),
        "organsmnist": (11, 1),
    }
    found = {
        flag.name: (flag.objective.labels if flag.name == "chestmnist" else flag.objective.classes, flag.channels)
        for flag in FLAGS
    }
    assert found == listed
    assert {flag.name for flag in FLAGS if isinstance(flag.objective, MultiLabel)} == {"chestmnist"}
    assert all(isinstance(flag.objective, Classification) for flag in FLAGS if flag.name != "chestmnist")
