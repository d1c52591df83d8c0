"""Rules about what `compile` was told: loss, optimizer, metrics."""
