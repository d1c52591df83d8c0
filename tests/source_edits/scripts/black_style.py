import keras
import numpy as np

x_train = np.random.normal(size=(64, 4))
y_train = np.random.randint(0, 2, size=64)

model = keras.Sequential(
    [
        keras.Input((4,)),
        keras.layers.Dense(32, activation="sigmoid"),  # wide enough
        keras.layers.Dense(2, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=10.0, momentum=0.9),  # too fast?
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
model.fit(
    x_train,
    y_train,
    batch_size=16,  # fits in memory
    epochs=3,
)
