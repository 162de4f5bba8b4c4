"""What each part of the method contributes, and what is left to gain.

* `ablation`: parts left out, settings, embedders, surrogates.
* `choices`: which parts of the surrogate find the best, on the same histories.
* `quantities`: the numbers by which architectures differ; `perceptrons` is a small table that it trains.
* `codes`: that a symbol of a bare code is the same operation at every position.
* `embedding_quality`: embeddings and surrogates by themselves.
* `transfer_rank`: transfer rank against random transfer and none.
* `gates`: which gate decides something, beside transfer rank, chance and none.
* `transfer_signal`: what the labels that transfer rank learns from add to the surrogate.
* `asynchronous`: several workers: asynchronous searches against generations, on a simulated clock.
* `limits`: what the model of `ktnas` could reach if it had seen everything else.
"""
