"""Programs run up to their `fit` without an audit: where their parts are, and that edits do what they say."""

import dataclasses

import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.facts import Layer, Structure
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.scripts.fit_audit import FitAudit
from keras_stable.source_edits.editing import edit_sources

SOURCE = """
def net(width, rate=9.0):
    hidden = keras.layers.Dense(width, activation="tanh", name="hidden")
    model = keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(2, name="readout")])
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=rate and 5)
    schedule = keras.optimizers.schedules.ExponentialDecay(rate, decay_steps=10, decay_rate=0.9)
    model.compile(keras.optimizers.SGD(schedule), loss="mse")
    return model, stop


settings = {"epochs": 3}
model, stop = net(8, rate=7.0)
model.fit(
    x, x[:, :2], callbacks=[stop],
    validation_data=(x, x[:, :2]), **settings
)
"""


@pytest.fixture
def met(program):
    """Returns a function that runs a source up to its `fit`, and returns its sites and what `fit` was given."""

    def run(source, *arguments):
        seen = {}

        def examine(model, **given):
            seen.update(given, model=model)
            layers = (Layer("hidden", inputs=("input",)), Layer("readout", inputs=("hidden",)))
            return Report(facts={"structure": Structure(layers=layers)})

        session = FitAudit(program(source, *arguments), examine=examine)
        ending = session.run()
        assert (ending.error, session.refusal) == (None, None)
        return session, seen

    return run


def test_the_parts_of_a_program_are_found(met, line_of):
    session, _ = met(SOURCE, "--lr", "3")
    program = session.sites
    lines = {target: [span.line for span in site.spans] for target, site in program.sites.items()}
    made, caller = line_of("ExponentialDecay("), line_of("= net(")
    assert lines["schedule"] == [made, caller]
    assert (
        lines["optimizer"]
        == lines["compile"]
        == lines["loss"]
        == [line_of("model.compile(keras.optimizers.SGD(sch"), caller]
    )
    assert lines["layer:hidden"] == [line_of('name="hidden"'), caller]
    assert lines["fit"] == [line_of("    x, x[:, :2], callbacks") - 1]
    assert lines["callback:EarlyStopping"] == [line_of("EarlyStopping("), caller]
    assert (program.first, program.arguments) == (("layer:hidden",), ("--lr", "3"))
    assert (program.data, program.validation, dict(program.forms)) == ("arrays", "arrays", {})
    assert program.sites["optimizer"].parameters[:2] == ("learning_rate", "momentum")
    assert (program.sites["optimizer"].kind, program.sites["loss"].kind) == ("SGD", "")
    assert isinstance(session.result, Report)


EDITS = (
    Edit("set_argument", "schedule", "initial_learning_rate", "0.5"),
    Edit("set_argument", "optimizer", "momentum", "0.9"),
    Edit("set_argument", "fit", "epochs", "20"),
    Edit("set_argument", "layer:hidden", "activation", '"relu"'),
    Edit("insert_layer", "layer:readout", value="keras.layers.LayerNormalization()"),
    Edit("insert_layer", "model", value="keras.layers.Normalization()"),
    Edit("set_argument", "callback:EarlyStopping", "monitor", '"val_loss"'),
    Edit("transform_data", "data", "x", "x / 10"),
)


def test_the_changed_source_is_the_changed_program(met, program):
    session, before = met(SOURCE)
    change = edit_sources(session.sites, [[edit] for edit in EDITS])
    assert change.unplaced == ()
    (text,) = change.after.values()
    session = FitAudit(
        dataclasses.replace(program(SOURCE), source=text),
        examine=lambda model, **given: after.update(given, model=model) or Report(),
    )
    after = {}
    assert session.run().error is None
    model = after["model"]
    assert [type(layer).__name__ for layer in model.layers] == ["Normalization", "Dense", "LayerNormalization", "Dense"]
    assert model.layers[1].activation.__name__ == "relu"
    assert float(model.optimizer.learning_rate) == 0.5
    assert model.optimizer.momentum == 0.9
    assert (after["epochs"], after["callbacks"][0].monitor) == (20, "val_loss")
    assert abs(after["x"] * 10 - before["x"]).max() < 1e-2
    assert abs(after["validation_data"][0] * 10 - before["x"]).max() < 1e-2
    assert abs(model.layers[0](after["x"]).numpy().std() - 1) < 0.01


def test_a_loop_of_its_own_has_an_optimizer_and_layers(met, line_of):
    source = """
    import tensorflow as tf
    model, optimizer = build(), keras.optimizers.SGD(9.0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    for row in range(60):
        with tf.GradientTape() as tape:
            value = loss(y[row : row + 4], model(x[row : row + 4]))
        optimizer.apply_gradients(zip(tape.gradient(value, model.trainable_variables), model.trainable_variables))
    """
    session, _ = met(source)
    sites = session.sites.sites
    assert sites["optimizer"].spans[0].line == line_of("SGD(9.0)")
    assert "fit" not in sites
    change = edit_sources(session.sites, [[Edit("set_argument", "optimizer", "learning_rate", "0.1")]])
    assert "SGD(0.1)" in next(iter(change.after.values()))


def test_what_an_installed_package_makes_has_no_line(met):
    source = """
    model = build()
    other = keras.models.clone_model(model)
    wrapped = keras.Sequential([keras.Input((3, 4)), keras.layers.Bidirectional(keras.layers.LSTM(2))])
    wrapped.compile("sgd", "mse")
    wrapped.fit(x[:63].reshape(21, 3, 4), x[:21], epochs=1)
    """
    session, _ = met(source)
    assert [site.kind for site in session.sites.layers().values()] == ["Bidirectional"]
    assert session.sites.sites["optimizer"].spans == session.sites.sites["compile"].spans
    assert session.sites.first == ()
