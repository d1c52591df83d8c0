"""What a training is made of at one moment, on disk and back: the parts of `keras_stable.callbacks.Checkpoint`."""
