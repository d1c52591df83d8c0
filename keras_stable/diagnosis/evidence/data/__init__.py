"""What `fit` is given, read with flat memory. Imports no TensorFlow."""
