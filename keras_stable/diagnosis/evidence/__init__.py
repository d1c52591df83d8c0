"""Where the evidence comes from: everything that runs the model. This package imports TensorFlow."""
