"""Everything of a program that is not its `fit` is its own."""

import keras
import pytest

from keras_stable.scripts.watched_program import Ending, ProgramStopped, WatchedProgram, stop


def watched(program, on_fit=lambda call: call.proceed(**call.arguments)):
    watching = WatchedProgram(program, on_fit)
    return watching, watching.run()


def test_what_it_makes_is_located(program, line_of):
    source = """
        model = build(keras.optimizers.SGD(
            0.02,
        ))
        callback = keras.callbacks.TerminateOnNaN()
        model.fit(x, y, verbose=0)
    """
    calls = []
    watching = WatchedProgram(program(source), calls.append)
    watching.run()
    (call,) = calls
    made = watching.made
    assert made.of(call.model.layers[0]).line == line_of("keras.layers.Dense(8")
    assert made.of(call.model.optimizer).line == line_of("model = build(keras.optimizers.SGD(")
    assert made.of(call.model.loss).line == line_of("loss = keras")
    assert watching.compiled.of(call.model).line == line_of("model.compile(")
    assert call.location.text == "model.fit(x, y, verbose=0)"


def test_keras_is_afterwards_as_it_was(program):
    classes = (keras.Model, keras.layers.Layer, keras.optimizers.Optimizer, keras.losses.Loss, keras.callbacks.Callback)
    before = [dict(vars(owner)) for owner in classes]
    watched(program("build().fit(x, y, verbose=0)"))
    assert [dict(vars(owner)) for owner in classes] == before


@pytest.mark.parametrize(
    ("source", "ending"),
    [
        ("", Ending(0)),
        ("sys.exit()", Ending(0)),
        ("sys.exit(4)", Ending(4)),
        ("sys.exit('bad news')", Ending(1)),
        ("raise KeyError('k')", None),
    ],
)
def test_it_ends_as_it_would(program, source, ending, capsys):
    _, actual = watched(program(source, head="import sys\n"))
    if ending is None:
        assert actual.code == 1
        assert isinstance(actual.error, KeyError)
    else:
        assert actual == ending
    assert ("bad news" in capsys.readouterr().err) == ("bad news" in source)


def test_a_traceback_begins_in_the_program(program, capsys):
    _, ending = watched(program("def read():\n    return [][1]\nread()", head=""))
    ending.print_error()
    lines = capsys.readouterr().err.splitlines()
    assert lines[1].endswith('train.py", line 3, in <module>')
    assert lines[-1] == "IndexError: list index out of range"


def test_a_child_process_is_not_followed_and_trains(program, capsys):
    watching = WatchedProgram(
        program("history = build().fit(x, y, verbose=0)\nprint(len(history.epoch))"),
        lambda call: pytest.fail("this is another process"),
    )
    # As a process that was forked sees it; TensorFlow itself cannot go on in one.
    watching._process += 1
    ending = watching.run()
    assert (ending.in_child, ending.error) == (True, None)
    assert capsys.readouterr().out == "1\n"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_ends_without_a_word(program, capfd):
    source = """
        import threading
        thread = threading.Thread(target=lambda: build().fit(x, y))
        thread.start()
        thread.join()
        print("main goes on")
    """
    _, ending = watched(program(source), lambda call: stop())
    assert ending == Ending(0)
    captured = capfd.readouterr()
    assert captured.out == "main goes on\n"
    assert "Traceback" not in captured.err
    with pytest.raises(ProgramStopped):
        stop()
