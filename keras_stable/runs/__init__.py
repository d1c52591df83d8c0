"""A config becomes a run: composition, training, its directory and results, and comparisons of runs."""
