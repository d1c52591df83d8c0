import io
import itertools
import re

import keras
import numpy as np
import pytest

from keras_stable.callbacks.epoch_lines import EpochLines, duration, epoch_line

LOGS = {
    **{"accuracy": 0.9876, "loss": 123456.7, "top_class_share": 0.1, "unique_classes": 10.0},
    **{"val_accuracy": 0.98, "val_loss": 1e-9, "val_unique_classes": 9.0},
    **{"grad_norm": 3.0, "grad_norm_max": 112_200.0, "skipped_steps": 3.0},
}


class Terminal(io.StringIO):
    def isatty(self):
        return True


def lines(verbose, output, epochs=3):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with EpochLines(verbose, output) as printing:
        model.fit(np.ones((6, 1)), np.ones((6, 1)), batch_size=2, epochs=epochs, verbose=0, callbacks=[printing])
    return output.getvalue()


@pytest.mark.parametrize("verbose", [1, 2, "auto"])
def test_elsewhere_than_on_a_terminal_there_is_one_plain_line_an_epoch(verbose):
    text = lines(verbose, io.StringIO()).splitlines()
    assert len(text) == 3
    assert all("\x1b" not in line and "\r" not in line for line in text)
    assert re.fullmatch(r"1/3  loss \S+  \S.* left", text[0])
    assert re.fullmatch(r"3/3  loss \S+  [\d.]+ s", text[2])


def test_silence():
    assert lines(0, Terminal()) == ""


def test_on_a_terminal_there_is_progress_below_the_lines(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    text = lines("auto", Terminal())
    assert "\x1b" in text
    assert len(re.findall(r"\d/3  loss [\d.e-]+  ", text)) == 3
    assert lines(2, Terminal()).count("\x1b") == 0


def test_a_line_fits_whatever_logs_have():
    keys = list(LOGS)
    for count in range(len(keys) + 1):
        for kept in itertools.combinations(keys, count):
            line = epoch_line("1000/1000", {key: LOGS[key] for key in kept}, "99 h 59 min left")
            assert len(line) <= 100
            assert line.endswith("  99 h 59 min left")


def test_a_line_says_what_matters():
    line = epoch_line("16/30", {**LOGS, "loss": 0.504, "val_loss": 0.556, "skipped_steps": 0.0}, "9.0 s left")
    assert line == ("16/30  loss 0.504, val 0.556  acc 0.988, val 0.980  grad norm 112,200  9 classes  9.0 s left")
    assert "3 skipped" in epoch_line("1/2", LOGS, "9.0 s left")
    assert "mae 2.50, val 3.00" in epoch_line("1/2", {"loss": 1.0, "mae": 2.5, "val_mae": 3.0}, "1 s")


def test_the_time_that_is_left_does_not_count_the_first_epoch(monkeypatch):
    now = iter([0.0, 100.0, 101.0, 102.0])
    monkeypatch.setattr("keras_stable.callbacks.epoch_lines.time.monotonic", lambda: next(now))
    output = io.StringIO()
    printing = EpochLines(2, output)
    printing.set_params({"epochs": 4})
    printing.on_train_begin()
    for epoch in range(3):
        printing.on_epoch_end(epoch, {"loss": 1.0})
    assert [line.split("  ")[-1] for line in output.getvalue().splitlines()] == [
        *("5:00 min left", "2.0 s left", "1.0 s left")
    ]


def test_times_are_read_easily():
    assert duration(3600) == "1 h 0 min"
    assert duration(59.96) == "60 s"
