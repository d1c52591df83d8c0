import signal
import threading

import keras
import numpy as np
import pytest

from keras_stable.callbacks.graceful_interrupt import GracefulInterrupt


def fit(*callbacks):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=1, epochs=3, verbose=0, callbacks=list(callbacks))


def test_the_signal_takes_effect_when_the_batch_has_ended():
    seen = []
    signal_in_batch = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: signal.raise_signal(signal.SIGINT) if batch == 3 else None,
        on_train_batch_end=lambda batch, logs: seen.append(batch),
    )
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), GracefulInterrupt() as interrupt:
        fit(signal_in_batch, interrupt)
    assert seen == [0, 1, 2, 3]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_signal_acts_at_once():
    before = signal.getsignal(signal.SIGINT)
    interrupt = GracefulInterrupt()
    interrupt.__enter__()
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt) as caught:
        signal.raise_signal(signal.SIGINT)
    interrupt.__exit__(caught.type, caught.value, caught.tb)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_signal_after_the_last_batch_is_not_lost():
    with pytest.raises(KeyboardInterrupt), GracefulInterrupt():
        signal.raise_signal(signal.SIGINT)


def test_without_a_signal_nothing_happens_in_any_thread():
    with GracefulInterrupt() as interrupt:
        fit(interrupt)
    problems = []

    def in_thread():
        try:
            with GracefulInterrupt() as interrupt:
                interrupt.on_train_batch_end(0)
        except ValueError as error:
            problems.append(error)

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    assert problems == []
