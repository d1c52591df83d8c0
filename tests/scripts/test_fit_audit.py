"""A program is run up to its `fit`, and no further; loops without `fit` are met as far as they can be."""

import keras
import pytest

from keras_stable.errors import InvalidArgumentError
from keras_stable.scripts.fit_audit import FitAudit

QUICK = {"probe": False, "seconds": 20.0}


def audited(program, fit=1):
    session = FitAudit(program, fit, QUICK)
    return session, session.run()


HABITS = {
    "plain": "model = build()\nmodel.fit(x, y, verbose=0)\n",
    "under __name__": 'if __name__ == "__main__":\n    build().fit(x=x, y=y, epochs=3, verbose=0)\n',
    "in a class": """
        class Trainer:
            def train(self):
                return build().fit(x, y, verbose=0)
        Trainer().train()
    """,
    "own fit of a subclass": """
        class Own(keras.Sequential):
            def fit(self, *arguments, **named):
                return super().fit(*arguments, **named)
        model = Own([keras.Input((4,)), keras.layers.Dense(2)])
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        model.fit(x, y, verbose=0)
    """,
    "caught by all handlers": """
        try:
            build().fit(x, y, verbose=0)
        except Exception:
            print("not here")
        build().fit(x, y, verbose=0)
    """,
}


@pytest.mark.parametrize("habit", HABITS)
def test_what_fit_was_given_is_audited_and_the_program_ends_there(program, habit, capsys):
    session, ending = audited(program(HABITS[habit] + 'print("after")\n' if habit == "plain" else HABITS[habit]))
    assert ending.error is None
    assert session.refusal is None
    assert session.report.of("unscaled-inputs")
    assert session.calls == 1
    assert capsys.readouterr().out == ""
    assert "fit" not in vars(keras.Model)


def test_earlier_fits_train_as_written(program, capsys):
    source = """
        model = build()
        before = model.layers[0].get_weights()[0].copy()
        model.fit(x, y, verbose=0)
        print(bool((model.layers[0].get_weights()[0] != before).any()))
        model.fit(x / 1000, y, verbose=0)
        print("after")
    """
    session, _ = audited(program(source), fit=2)
    assert session.calls == 2
    assert not session.report.of("unscaled-inputs")
    assert capsys.readouterr().out == "True\n"


def test_arguments_and_exit_codes_are_the_programs_own(program, capsys):
    session, ending = audited(program("print(sys.argv)\nsys.exit(int(sys.argv[2]))", "--code", "3"))
    assert (ending.code, ending.error, session.report) == (3, None, None)
    assert capsys.readouterr().out == "['train.py', '--code', '3']\n"


def test_an_exception_of_the_program_is_kept(program, capsys):
    _, ending = audited(program("def read():\n    raise OSError('no such disk')\nread()"))
    assert ending.code == 1
    ending.print_error()
    printed = capsys.readouterr().err
    assert "OSError: no such disk" in printed
    assert "keras_stable" not in printed


def test_what_the_audit_refuses_is_no_exception_of_the_program(program):
    session, ending = audited(program("m = build()\nm.compiled = False\nm.fit(x, y)"))
    assert ending.error is None
    assert isinstance(session.refusal, InvalidArgumentError)
    assert "compiled" in str(session.refusal)


LOOPS = {
    "train_on_batch": """
        model = build()
        for start in range(0, 64, 16):
            model.train_on_batch(x[start : start + 16], y[start : start + 16])
    """,
    "in a tf.function": """
        import tensorflow as tf
        model, optimizer = build(), keras.optimizers.Adam()
        compare = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

        @tf.function
        def step(rows, labels):
            with tf.GradientTape() as tape:
                loss = compare(labels, model(rows, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)

        for _ in range(3):
            for rows, labels in tf.data.Dataset.from_tensor_slices((x, y)).batch(16):
                step(rows, labels)
    """,
    "eager, with a function of keras.losses": """
        import tensorflow as tf
        model, optimizer = build(), keras.optimizers.Adam()
        for rows, labels in tf.data.Dataset.from_tensor_slices((x, y)).batch(16):
            with tf.GradientTape() as tape:
                answers = model(rows, training=True)
                loss = keras.losses.sparse_categorical_crossentropy(labels, answers, from_logits=True)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    """,
}


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_of_its_own_is_audited_with_what_its_first_steps_took(program, loop, line_of):
    session, ending = audited(program(LOOPS[loop]))
    assert ending.error is None
    assert session.refusal is None
    assert session.report.of("unscaled-inputs")
    assert len(session.loop.batches) >= 4
    update = "train_on_batch(" if loop == "train_on_batch" else "optimizer.apply"
    assert session.loop.location.line == line_of(update)


def test_a_loop_with_a_loss_of_its_own_is_examined_as_far_as_can_be(program):
    source = """
        import tensorflow as tf
        model, optimizer = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]), keras.optimizers.Adam()
        for rows in tf.data.Dataset.from_tensor_slices(x).batch(16):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(model(rows, training=True) ** 2)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    """
    session, ending = audited(program(source))
    assert (ending.error, session.refusal) == (None, None)
    assert session.report.of("unscaled-inputs")
    assert "none of keras.losses" in session.report.unexamined["training"]
    assert not session.report.ok
