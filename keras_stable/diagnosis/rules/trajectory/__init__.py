"""Rules about training over time: loss and metrics by step or epoch."""
