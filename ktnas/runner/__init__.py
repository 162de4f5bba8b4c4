"""Runs searches: the loop, one run, repeats, sweeps."""
