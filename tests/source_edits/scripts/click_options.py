import click
import keras
import numpy as np


@click.command()
@click.option("--lr", default=10.0, show_default=True)
@click.option("--epochs", type=int, default=2)
def main(lr, epochs):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.compile(keras.optimizers.SGD(learning_rate=lr), "mse")
    model.fit(np.zeros((8, 4)), np.zeros((8, 2)), epochs=epochs)


if __name__ == "__main__":
    main()
