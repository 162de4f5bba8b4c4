"""Where an algorithm's next proposals come from: pools, variation, screening."""
