"""What the command line can audit: it is looked up first, without TensorFlow, and then loaded."""
