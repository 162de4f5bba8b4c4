import torch

from ktnas.datasets.objectives.accuracy import Accuracy


def test_counts_the_largest_output_over_all_batches():
    meter = Accuracy()
    meter.update(torch.tensor([[0.0, 1.0, 0.5], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), torch.tensor([1, 0, 2]))
    meter.update(torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([2]))
    assert meter.result() == {"accuracy": 75.0}
