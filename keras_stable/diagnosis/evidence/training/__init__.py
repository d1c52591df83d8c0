"""What training a copy shows: the probe, and trials that change one thing."""
