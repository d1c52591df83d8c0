"""What the command line can audit: it is looked up first, which needs no TensorFlow, and loaded then."""
