"""KTNAS: evolutionary multi-task neural architecture search with architecture embedding and transfer rank."""

__version__ = "0.1.0"
