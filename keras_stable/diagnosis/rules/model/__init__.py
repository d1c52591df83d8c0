"""Rules about the model: layers, initial weights, activations."""
