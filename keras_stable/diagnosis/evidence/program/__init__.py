"""Evidence about what surrounds the model: what `fit` is given beside the data."""
