from tensorflow.keras.layers import (
    Dense,
    Input,
)
from tensorflow.keras.models import Sequential

from data import x, y

model = Sequential([Input((4,)), Dense(8, activation="relu"), Dense(1)])
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y)
