"""Datasets of images on disk: one file per format, and `registry`, which finds one by name or path (docs/datasets.md).

Files come from others: every size is checked against the file before anything of that size is allocated, and nothing
in a file can run code. No module here imports torch; what a file holds stays uint8.
"""
