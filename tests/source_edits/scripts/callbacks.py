import keras
import numpy as np

early = keras.callbacks.EarlyStopping(monitor="val_auc", mode="min", patience=3)
plateau = keras.callbacks.ReduceLROnPlateau(
    patience=0,
)
callbacks = [
    early,
    plateau,  # lowers the rate
    keras.callbacks.TerminateOnNaN(),
]
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.zeros((8, 4)), np.zeros((8, 1)), callbacks=callbacks)
