"""What runs leave on disk, and the way back from it: a contract (docs/output.md)."""
