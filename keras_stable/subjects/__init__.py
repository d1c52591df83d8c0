"""What the command line can audit: first it is found, which needs no TensorFlow, then it is loaded."""
