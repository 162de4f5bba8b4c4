"""The package's version: read by the records, by ``--version`` and by the build."""

__version__ = "0.1.0"
