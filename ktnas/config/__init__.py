"""Names to objects: methods, training, experiments, sweep files."""
