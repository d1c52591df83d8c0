"""Rules about the predictions."""
