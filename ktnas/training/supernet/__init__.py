"""A network that holds all candidates of a search space (`network`): one file per family of spaces, and a benchmark."""
