"""Evidence about what surrounds the model: the data over time, validation, and what else `fit` is given."""
