"""Rules about one training step: gradients, activations, features."""
