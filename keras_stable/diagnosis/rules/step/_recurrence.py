"""What to advise where a model goes through sequences: the cures of stacks of dense layers are none there."""

from keras_stable.diagnosis.facts import Structure

RECURRENT = ("RNN", "LSTM", "GRU", "SimpleRNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
REMEDY = (
    "A recurrent layer forgets over many steps: mask padding (`keras.layers.Masking`, `mask_zero=True`), shorten the "
    "sequences, take `LSTM` or `GRU` with their own activations, or give every step to the readout "
    "(`return_sequences=True` and `GlobalMaxPooling1D()`)."
)


def recurrent_remedy(structure: Structure | None) -> str | None:
    """Returns the remedy for a model with recurrent layers; None for others.

    >>> recurrent_remedy(Structure()) is None
    True
    """
    layers = structure.layers if structure is not None else ()
    return REMEDY if any(layer.kind in RECURRENT for layer in layers) else None
