import keras
from keras import layers

from data import x, age, group

i = keras.Input((4,), name="features")
h = layers.Dense(8, activation="relu")(i)
model = keras.Model(i, {"age": layers.Dense(1, name="age")(h), "group": layers.Dense(3, name="group")(h)})
model.compile(
    optimizer=keras.optimizers.Adam(),
    loss={"age": "mse", "group": "sparse_categorical_crossentropy"},
)
model.fit({"features": x}, {"age": age, "group": group}, epochs=3)
