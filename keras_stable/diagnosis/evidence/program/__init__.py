"""What surrounds the model: the data over time, and training against validation."""
