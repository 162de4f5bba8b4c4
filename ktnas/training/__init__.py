"""Live training: fitness from real networks (docs/training.md).

Modules whose names stand in `TORCH_FREE` of ``tests/test_layering.py`` (recipes) never import torch; all others do, at
their top, and are imported only once training is asked for. torch is the extra ``ktnas[train]``.
"""
