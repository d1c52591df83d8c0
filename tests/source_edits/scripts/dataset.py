import keras
import tensorflow as tf

from data import x, y, x_val, y_val

train = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(8).batch(32)
val = tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(32)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(train, validation_data=val, epochs=3)
