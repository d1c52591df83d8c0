"""What a model is made of and was told, seen without running it."""
