"""Every remedy that is a change is data, too; one sick case of each rule, and what a program is told to do about it."""

import inspect
import json
import math

import keras
import numpy as np
import pytest

import keras_stable
from keras_stable.diagnosis.facts import (
    Axes,
    Balance,
    Callback,
    Callbacks,
    CarriedState,
    Compiled,
    Dependence,
    Duplicates,
    Evaluation,
    Features,
    Folding,
    FutureReach,
    GradientNoise,
    Gradients,
    History,
    InnerZeros,
    Input,
    Labels,
    Layer,
    LayerOutput,
    Learning,
    LossCheck,
    Output,
    OutputEvaluation,
    OutputShare,
    OutputWeights,
    Padding,
    Plan,
    Probe,
    Realignment,
    Schedule,
    Structure,
    Suspects,
    TargetCopy,
    TimeLayer,
    Trial,
    VariableGradient,
    Weights,
    Words,
)
from keras_stable.diagnosis.facts.contrast import ClassContrast, Contrast, InputContrast, TargetContrast
from keras_stable.diagnosis.rules import all_rules, find_rule
from keras_stable.keras_private import flatten_layers

# What no program can do: why. This list only gets shorter.
BY_HAND = {
    "constant-features": "the model was built for as many features as there are",
    "missing-codes": "values are filled where the data are read, before they are scaled",
    "untracked-variables": "the layer's own code",
    "few-samples-per-class": "samples have to be collected",
    "conflicting-labels": "the right labels are not at hand",
    "constant-labels": "the right labels are not at hand",
    "disconnected-variables": "the model's own code",
    "zero-gradients": "a symptom",
    "nonfinite-activations": "the model's own code",
    "identical-outputs": "a symptom",
    "prediction-collapse": "a symptom",
    "loss-not-decreasing": "a symptom",
    "cannot-overfit-batch": "a symptom",
    "input-independent-loss": "a symptom",
    "repeated-batches": "the code of a source of batches",
    "changing-pipeline": "the code of a source of batches",
    "frozen-augmentation": "the code of a source of batches",
    "unmirrored-targets": "the code of a source of batches",
    "slow-input": "the code of a source of batches",
    "unknown-words": "the texts are not at hand",
    "failing-step": "the model's own code",
    "kept-metric-state": "the metric's own code",
    "posterior-collapse": "the model's own code",
}

STUCK = {"learning": Learning("stuck")}
HIDDEN = Layer("hidden", activation="sigmoid", inputs=("input",))
READOUT = Layer("readout", units=10, activation="softmax", inputs=("hidden",))
STACK = Structure(layers=(HIDDEN, READOUT))
ENDS = {"outputs": (Output(),), "structure": STACK}
NUMBER = Output(loss="mean_squared_error", width=1, shape=(1,), activation="linear", metrics=())
PRICES = Labels(kind="real", class_counts=(), minimum=5e4, maximum=9e5, mean=3e5, std=1e5, distinct=900)
NORMALIZED = Structure(layers=(Layer("bn", "BatchNormalization", "normalization", config={"momentum": 0.99}),))
APART = Evaluation(loss=2.4, training_loss=0.05)
SWINGING = (2.0, 1.0, 2.1, 0.9, 2.2, 1.1, 2.0, 1.0, 2.0, 0.9)


def layers(*given):
    """Layers one after the other, named for their places."""
    chain = (
        Layer(**{**vars(layer), "path": f"l{k}", "inputs": (f"l{k - 1}",) if k else ("input",)})
        for k, layer in enumerate(given)
    )
    return Structure(layers=tuple(chain))


def norms(first, last):
    return Gradients(
        (
            VariableGradient("hidden/kernel", "hidden", norms=(first,) * 3, mean_abs=first / 1e3),
            VariableGradient("readout/kernel", "readout", 1, "readout", norms=(last,) * 3),
        ),
        (math.hypot(first, last),) * 3,
    )


SICK = {
    "suspicious-labels": (
        {"suspects": Suspects(count=80, far=37, far_if_sound=12.5), "plan": Plan(samples=2000)},
        ["fit: sample_weight=np.where(np.isin(np.arange(2000), [17, 250, 803]), 0.0, 1.0)"],
    ),
    "train-validation-leak": (
        {"duplicates": Duplicates(validation_samples=300, leaked=40), "plan": Plan(), "inputs": (Input(),)},
        [
            "data: validation_data = tuple(part[~np.isin([row.tobytes() for row in validation_data[0]], "
            "[row.tobytes() for row in x])] for part in validation_data)"
        ],
    ),
    "nonfinite-loss": (
        {"probe": Probe(loss=(1.0, math.nan)), "compiled": Compiled("sgd", clipvalue=1.0)},
        ["optimizer: global_clipnorm=0.5", "optimizer: clipvalue=None"],
    ),
    "masked-word": (
        STUCK | {"inputs": (Input(),), "words": (Words("words", 50, zeros=InnerZeros(), zero_is_masked=True),)},
        [
            "data: x = np.where((np.cumsum(x, -1) * np.cumsum(x[..., ::-1], -1)[..., ::-1] > 0), x + 1, 0)",
            "layer:words: input_dim=51",
        ],
    ),
    "nonfinite-inputs": (
        STUCK | {"inputs": (Input(nonfinite=3, nonfinite_rows=(1,)),)},
        ["data: x = x[np.isfinite(x).all(axis=1)]", "data: y = y[np.isfinite(x).all(axis=1)]"],
    ),
    "nonfinite-labels": (
        STUCK | {"labels": (Labels(nonfinite=3),), "outputs": (Output(),)},
        ["data: x = x[np.isfinite(y)]", "data: y = y[np.isfinite(y)]"],
    ),
    "unscaled-inputs": (
        STUCK | {"inputs": (Input(entering_mean=40.0, entering_std=90.0, entering_max=300.0),)},
        ["model: insert keras.layers.Normalization()"],
    ),
    "unscaled-targets": (
        STUCK | {"labels": (PRICES,), "outputs": (NUMBER,)},
        ["data:output: y = (y - 300000) / 100000"],
    ),
    "labels-out-of-range": (
        {"labels": (Labels(minimum=1, maximum=10, class_counts=((1, 9), (10, 9))),), "outputs": (Output(),)},
        ["data: y = y - 1"],
    ),
    "class-imbalance": (
        STUCK | {"labels": (Labels(class_counts=((0, 990), (1, 10))),), "outputs": (Output(),), "plan": Plan()},
        ["fit: class_weight={0: 0.505, 1: 50}"],
    ),
    "unshuffled-data": (
        STUCK | {"labels": (Labels(),), "outputs": (Output(),), "plan": Plan(shuffle=False, single_class_batches=0.9)},
        ["fit: shuffle=True"],
    ),
    "missing-nonlinearity": (
        STUCK | {"structure": layers(Layer(activation="linear"), Layer(activation="linear", units=1))},
        ['layer:l0: activation="relu"'],
    ),
    "symmetric-initialization": (
        STUCK
        | {
            "structure": layers(Layer(identical_units=True, kernel_std=0.0, initializer="Zeros"), Layer(units=10)),
            "outputs": (Output(layer="l1", learnt_layer="l1"),),
        },
        ['layer:l0: kernel_initializer="he_normal"'],
    ),
    "initializer-mismatch": (
        STUCK
        | {
            "structure": layers(Layer(initializer="RandomNormal", kernel_std=1.0), Layer()),
            "activations": (LayerOutput("l0", mean=0.0, std=30.0), LayerOutput("l1", mean=0.0, std=30.0)),
            "inputs": (Input(),),
            "plan": Plan(),
        },
        ['layer:l0: kernel_initializer="he_normal"'],
    ),
    "excess-dropout": (
        STUCK
        | {
            "structure": layers(Layer(), Layer(kind="Dropout", role="dropout", config={"rate": 0.9}), Layer()),
            "outputs": (Output(layer="l2", learnt_layer="l2"),),
        },
        ["layer:l1: rate=0.5"],
    ),
    "frozen-model": ({"structure": Structure(trainable_parameters=0)}, ["model: .trainable = True"]),
    "redundant-activation": (
        STUCK
        | {
            "structure": layers(Layer(), Layer(kind="Activation", role="activation", activation="softmax")),
            "outputs": (Output(layer="l1", learnt_layer="l0"),),
        },
        ["layer:l0: activation=None"],
    ),
    "bottleneck": (
        STUCK
        | {
            "structure": layers(Layer(), Layer(units=1, output_shape=(1,)), Layer(units=10, output_shape=(10,))),
            "outputs": (Output(layer="l2", learnt_layer="l2"),),
        },
        ["layer:l1: units=64"],
    ),
    "unadapted-normalization": (
        STUCK
        | {
            "structure": layers(Layer(kind="Normalization", role="normalization", adapted=False), Layer()),
            "inputs": (Input(),),
            "plan": Plan(),
        },
        ["layer:l0: .adapt(x)"],
    ),
    "loss-output-mismatch": (
        STUCK | {"outputs": (Output(activation="linear"),), "labels": (Labels(),), "structure": STACK},
        ['layer:readout: activation="softmax"'],
    ),
    "learning-rate-too-high": (
        {
            "learning": Learning("diverging"),
            "compiled": Compiled(learning_rate=0.1),
            "probe": Probe(trials=(Trial(loss=9.0), Trial("learning_rate/100", loss=0.2))),
        },
        ["optimizer: learning_rate=0.001"],
    ),
    "learning-rate-too-low": (
        STUCK | {"compiled": Compiled("sgd", learning_rate=0.0)},
        ["optimizer: learning_rate=0.01"],
    ),
    "missing-loss-scaling": (
        STUCK | {"compiled": Compiled(precision="mixed_float16")},
        ["optimizer: replace by keras.mixed_precision.LossScaleOptimizer(optimizer)"],
    ),
    "ineffective-clipping": (
        STUCK
        | {
            "compiled": Compiled("sgd", clipnorm=1e-4),
            "probe": Probe(grad_norm=(1.0,) * 50, applied_norm=(1e-4,) * 50),
        },
        ["optimizer: global_clipnorm=3", "optimizer: clipnorm=None"],
    ),
    "excess-regularization": (
        STUCK | {"compiled": Compiled(), "gradients": Gradients(penalty_norm=30.0)},
        ["layer:*: kernel_regularizer=keras.regularizers.L2(1e-4)"],
    ),
    "metric-mismatch": (
        STUCK | {"labels": (PRICES,), "outputs": (Output(**{**vars(NUMBER), "metrics": ("accuracy",)}),)},
        ['metric:accuracy: replace by "mean_absolute_error"'],
    ),
    "exploding-gradients": (
        STUCK | {"gradients": norms(5e3, 1.0), "compiled": Compiled()},
        ["optimizer: replace by keras_stable.optimizers.AdamW(clipvalue=10.0, global_clipnorm=0.5)"],
    ),
    "vanishing-gradients": (
        STUCK | {"gradients": norms(1e-6, 0.5), "structure": STACK},
        ['layer:hidden: activation="relu"', 'layer:hidden: kernel_initializer="he_normal"'],
    ),
    "dead-units": (STUCK | {"activations": (LayerOutput(dead=0.9),)}, ['layer:dense: activation="leaky_relu"']),
    "saturated-activations": (
        STUCK | {"activations": (LayerOutput("hidden", activation="tanh", saturated=0.9), LayerOutput("readout"))},
        ['layer:hidden: activation="relu"'],
    ),
    "nonfinite-gradients": (
        STUCK | {"compiled": Compiled(), "probe": Probe(finite=(False,) + (True,) * 99)},
        ["optimizer: replace by keras_stable.optimizers.AdamW()"],
    ),
    "unnormalized-features": (
        STUCK | {"features": Features(maximum=5e3, std=(100.0, 400.0, 900.0))},
        ["layer:readout: insert keras.layers.LayerNormalization()"],
    ),
    "feature-collapse": (
        STUCK | {"features": Features(distance=1e-5), "structure": STACK},
        ['layer:hidden: activation="relu"', 'layer:hidden: kernel_initializer="he_normal"'],
    ),
    "bad-initial-loss": (
        STUCK
        | {"evaluation": Evaluation(outputs=(OutputEvaluation(loss=40.0),)), "plan": Plan(), "outputs": (Output(),)},
        ["layer:readout: kernel_initializer=keras.initializers.RandomNormal(stddev=0.01)"],
    ),
    "update-ratio": (
        STUCK | {"probe": Probe(update_ratio={"dense/kernel": 0.9}), "compiled": Compiled(learning_rate=0.5)},
        ["optimizer: learning_rate=0.05"],
    ),
    "noisy-gradient": (
        STUCK | {"noise": GradientNoise(scale=1e3, batch_size=8), "plan": Plan(batch_size=8)},
        ["fit: batch_size=64"],
    ),
    "never-predicted-class": (
        {
            "learning": Learning(),
            "plan": Plan(trained=True),
            "evaluation": Evaluation(
                outputs=(OutputEvaluation(label_counts=((0, 90), (1, 10)), recall=((0, 1.0), (1, 0.0))),)
            ),
        },
        ["fit: class_weight={0: 0.556, 1: 5}"],
    ),
    "train-inference-mismatch": (
        STUCK | {"plan": Plan(trained=True), "evaluation": APART, "structure": NORMALIZED},
        ["layer:bn: momentum=0.9"],
    ),
    "lagging-statistics": (
        STUCK | {"plan": Plan(trained=True, taken=20), "evaluation": APART, "structure": NORMALIZED},
        ["layer:bn: momentum=0.86"],
    ),
    "diverging-loss": (
        {"learning": Learning("diverging"), "history": History(loss=(2.0, 1.0, 9.0)), "compiled": Compiled()},
        ["optimizer: learning_rate=0.0001", "optimizer: global_clipnorm=0.5"],
    ),
    "oscillating-loss": (
        STUCK | {"history": History(loss=SWINGING), "compiled": Compiled(learning_rate=0.1)},
        ["optimizer: learning_rate=0.01"],
    ),
    "loss-spike": (
        STUCK | {"history": History(loss=(2.0, 1.5, 1.2, 6.0, 5.0, 4.0)), "compiled": Compiled()},
        ["optimizer: global_clipnorm=0.5"],
    ),
    "slow-convergence": ({"learning": Learning("slow"), "plan": Plan(epochs=5)}, ["fit: epochs=20"]),
    "overfitting": (
        {"history": History(loss=(1.0, 0.7, 0.4, 0.2, 0.1, 0.05), val_loss=(1.0, 0.8, 0.9, 1.1, 1.4, 1.8))},
        ['fit: callbacks + [keras.callbacks.EarlyStopping("val_loss", patience=5, restore_best_weights=True)]'],
    ),
    "folded-axes": (
        {"foldings": (Folding(along=0.3, steps=0.9, wraps=0.3, ends=1.0, deviations=12.0),)},
        ["data: x = x.reshape(len(x), 3, 40).transpose(0, 2, 1)"],
    ),
    "ineffective-callback": (
        STUCK | {"callbacks": Callbacks((Callback(monitor="val_auc", better="max"),), epochs=60)},
        ['callback:EarlyStopping: mode="max"'],
    ),
    "decaying-schedule": (
        STUCK | {"schedule": Schedule(rates=(1e-3, 0.0, 0.0, 0.0, 0.0), settings={"decay_steps": 10.0})},
        ["schedule: decay_steps=320"],
    ),
    "zero-weights": (
        {
            "weights": Weights("sample_weight", (OutputWeights(zero=1000),)),
            "labels": (Labels(),),
            "outputs": (Output(),),
        },
        ["fit: sample_weight=None"],
    ),
    "broadcast-loss": (
        {"loss_checks": (LossCheck(right=2.0, wrong=(2.0,) * 3, of_same_labels=(1.0, 3.0), label_shape=(32,)),)},
        ["data:output: y = y[..., None]"],
    ),
    "wrong-sign-loss": (
        {"loss_checks": (LossCheck(right=0.0, wrong=(-2.0, -2.1) * 5),)},
        ["loss: replace by lambda y_true, y_pred: -loss(y_true, y_pred)"],
    ),
    "unmasked-padding": (
        STUCK | {"time_layers": (TimeLayer(),), "padding": (Padding(share=0.8, median=10, steps=60),)},
        ["layer:lstm: insert keras.layers.Masking(mask_value=0)"],
    ),
    "misaligned-labels": (
        STUCK | {"dependence": Dependence(explained=0.0, deviations=0.5, realigned=Realignment("shifted", 1, 0.9))},
        ["data: x = x[:-1]", "data: y = y[1:]"],
    ),
    "single-time-step": (
        {"time_layers": (TimeLayer(),), "axes": (Axes(steps=30, features=12, windows="features"),)},
        ["data:input: x = x.transpose(0, 2, 1)"],
    ),
    "stateful-shuffle": ({"carried_state": CarriedState(("lstm",), "rows")}, ["fit: shuffle=False"]),
    "target-in-input": (
        {"target_copies": (TargetCopy(place=(3,), steps=0),)},
        ["data:input: x = np.delete(x, 3, axis=1)"],
    ),
    "outweighed-loss": (
        {
            "balance": Balance((OutputShare("age", 100.0, -9.0, 0.6, 0.55), OutputShare("mood", 1.0, 0.0, 0.0, 0.6))),
            "plan": Plan(),
            "outputs": (Output("age"), Output("mood")),
        },
        ['compile: loss_weights={"age": 0.01, "mood": 1}'],
    ),
    "preprocessed-twice": (
        STUCK
        | {
            "inputs": (Input(minimum=0.0, maximum=1.0, std=0.3, entering_std=0.001, consumer="Conv2D"),),
            "structure": layers(Layer(kind="Rescaling", role="preprocessing"), Layer(kind="Conv2D")),
        },
        ["layer:l0: remove"],
    ),
    "unseen-classes": (
        {
            "contrast": Contrast(classes=(ClassContrast(unseen=((10, 20),), chance=0.0, moved=1),)),
            "labels": (Labels(),),
            "outputs": (Output(),),
        },
        ["data: validation_data = (validation_data[0], validation_data[1] - 1)"],
    ),
    "validation-inputs-differ": (
        {"contrast": Contrast(inputs=(InputContrast(features=3, channels=(2, 1, 0)),))},
        ["data: validation_data = (validation_data[0][..., [2, 1, 0]], *validation_data[1:])"],
    ),
    "validation-targets-differ": (
        {"contrast": Contrast(targets=(TargetContrast(std=100.0, shift=-9.0),))},
        [
            "data: validation_data = (validation_data[0], (validation_data[1] - validation_data[1].mean(0)) "
            "* (y.std(0) / validation_data[1].std(0)) + y.mean(0), *validation_data[2:])"
        ],
    ),
    "future-leak": (
        {
            "future": (FutureReach(reached=6, own=6, furthest=2, layers=("l0",)),),
            "structure": layers(Layer(kind="Conv1D"), Layer()),
        },
        ['layer:l0: padding="causal"'],
    ),
}


def test_every_rule_has_an_edit_or_a_reason_for_none():
    assert set(SICK) | set(BY_HAND) == {rule.slug for rule in all_rules()}
    assert not set(SICK) & set(BY_HAND)


@pytest.mark.parametrize("slug", SICK)
def test_what_a_program_is_told(slug):
    evidence, expected = SICK[slug]
    finding = next(find_rule(slug).run(evidence))
    assert [str(edit) for edit in finding.edits] == expected


@pytest.mark.parametrize("slug", BY_HAND)
def test_what_is_done_by_hand_has_no_edit(slug):
    """A rule that has learnt to yield edits leaves the list."""
    assert "edits" not in inspect.getsource(inspect.getmodule(find_rule(slug).check))


def test_a_whole_audit_names_layers_and_arguments_that_there_are():
    """Paths of layers within layers are those that Keras gives."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(256, 8)).astype("float32"), np.arange(256) % 3
    hidden = [keras.layers.Dense(16, name=name) for name in ("first", "second")]
    inner = keras.Sequential([keras.Input((8,)), *hidden], name="encoder")
    inputs = keras.Input((8,))
    model = keras.Model(inputs, keras.layers.Dense(3, name="end")(keras.layers.Dropout(0.9)(inner(inputs))))
    model.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy", metrics=["binary_accuracy"])
    report = keras_stable.audit(model, x, y, shuffle=False, probe=False)
    edits = {str(edit): edit for finding in report.findings for edit in finding.edits}
    layers = {layer.path or layer.name: layer for layer in flatten_layers(model, include_self=False)}
    paths = {edit.target.partition(":")[2]: edit for edit in edits.values() if edit.target.startswith("layer:")}
    assert set(paths) <= set(layers)
    assert all(edit.argument in layers[path].get_config() for path, edit in paths.items())
    assert {'layer:end: activation="softmax"', "optimizer: learning_rate=0.01"} <= set(edits)
    assert {'layer:encoder/first: activation="relu"', 'metric:binary_accuracy: replace by "accuracy"'} <= set(edits)
    written = json.loads(report.to_json())["findings"]
    assert {"kind": "set_argument", "target": "layer:end", "argument": "activation", "value": '"softmax"'} in [
        edit for finding in written for edit in finding["edits"]
    ]
