"""A report with everything in it, without a model: facts are plain data."""

import math

import pytest

from keras_stable.diagnosis.facts import (
    Axes,
    Balance,
    Callback,
    Callbacks,
    CarriedState,
    Compiled,
    Contrast,
    Curvature,
    Dependence,
    Duplicates,
    Evaluation,
    Features,
    FrozenStatistics,
    FutureReach,
    GradientNoise,
    Gradients,
    History,
    Input,
    Labels,
    Layer,
    LayerOutput,
    Learning,
    LossCheck,
    NonfiniteOrigin,
    Output,
    OutputEvaluation,
    Overfit,
    Padding,
    Pairing,
    Pipeline,
    Plan,
    Probe,
    RateRange,
    Schedule,
    StepFailure,
    Structure,
    Suspects,
    TargetCopy,
    TimeLayer,
    Trial,
    VariableGradient,
    Weights,
    Words,
    ZeroedInputs,
)
from keras_stable.diagnosis.reporting.finding import Finding
from keras_stable.diagnosis.reporting.report import Report

_STEPS = 120


def _gradients():
    norms = {"encoder/dense": 3200.0, "encoder/dense_1": 410.0, "encoder/dense_2": 38.0, "readout": 5.5}
    variables = []
    for depth, (layer, norm) in enumerate(norms.items()):
        part = "readout" if layer == "readout" else "encoder"
        for name, share in (("kernel", 1.0), ("bias", 0.1)):
            values = (norm * share, 1.3 * norm * share, 0.8 * norm * share)
            variables.append(VariableGradient(f"{layer}/{name}", layer, depth, part, norms=values))
    variables[5] = VariableGradient("encoder/dense_2/bias", "encoder/dense_2", 2, norms=(0.0, 0.0, 0.0), zero=True)
    unused = VariableGradient("encoder/unused/kernel", "encoder/unused", 4, norms=(), received=False)
    return Gradients((*variables, unused), (3300.0, 4200.0, 2700.0))


def _activations():
    return (
        LayerOutput("encoder/dense", mean=60.0, std=110.0, maximum=900.0, dead=0.55),
        LayerOutput("encoder/dense_1", mean=20.0, std=31.0, maximum=250.0, dead=0.2),
        LayerOutput("encoder/gate", activation="sigmoid", mean=0.5, std=0.49, maximum=1.0, saturated=0.8),
        LayerOutput("encoder/dense_2", mean=8.0, std=12.0, maximum=90.0, dead=0.1),
        LayerOutput("readout", activation="softmax", units=10, mean=0.1, std=0.3, maximum=1.0, saturated=0.9),
    )


def _evaluation(loss, counts):
    return Evaluation(loss=loss, outputs=(OutputEvaluation(loss=loss, predicted_counts=counts),))


def _probe():
    loss = [2.3 + 40 * math.exp(-step / 15) * (1 + 0.3 * math.sin(step)) for step in range(_STEPS)]
    norm = [3000 * math.exp(-step / 25) + 4 for step in range(_STEPS)]
    return Probe(
        steps=_STEPS,
        loss=(*loss[:-1], math.nan),
        accuracy=(0.1,) * _STEPS,
        grad_norm=(*norm[:-1], math.inf),
        applied_norm=tuple(min(value, 10.0) for value in norm),
        finite=(True,) * (_STEPS - 1) + (False,),
        update_ratio={"encoder/dense/kernel": 0.3, "encoder/dense_1/kernel": 0.02, "readout/kernel": 1e-3},
        before=_evaluation(42.0, tuple((k, 50) for k in range(10))),
        after=_evaluation(2.3, ((3, 480), (7, 20))),
        dead_after={"encoder/dense": 0.95, "encoder/dense_1": 0.9},
        trials=(
            Trial("unchanged", loss=2.4, accuracy=0.1),
            Trial("standardized_inputs", loss=0.3, accuracy=0.92),
            Trial("learning_rate/10", loss=1.9, accuracy=0.3),
            Trial("learning_rate*10", loss=math.inf, accuracy=0.1),
        ),
    )


def _facts():
    layers = tuple(Layer(path) for path in ("encoder/dense", "encoder/dense_1", "encoder/dense_2", "readout"))
    epochs = range(1, 9)
    history = History(
        loss=tuple(2.3 / epoch for epoch in epochs),
        val_loss=tuple(2.4 / epoch + 0.05 * epoch for epoch in epochs),
        accuracy=tuple(1 - 0.9 / epoch for epoch in epochs),
        val_accuracy=tuple(0.8 - 0.7 / epoch for epoch in epochs),
        logs={"loss": tuple(2.3 / epoch for epoch in epochs)},
    )
    return {
        "plan": Plan(),
        "inputs": (
            Input(
                "pixels",
                maximum=255.0,
                mean=33.0,
                std=78.0,
                entering_mean=33.0,
                entering_std=78.0,
                entering_max=255.0,
                feature_std=(0.01, 60.0, 112.0),
            ),
        ),
        "labels": (Labels(),),
        "duplicates": Duplicates(conflicting=1, conflicting_rows=((5, 2),)),
        "structure": Structure(layers=layers),
        "outputs": (Output(),),
        "compiled": Compiled("sgd", learning_rate=0.01),
        "evaluation": _evaluation(42.0, ((0, 10), (3, 430), (7, 60))),
        "activations": _activations(),
        "gradients": _gradients(),
        "features": Features(std=(0.01, 12.0, 140.0), maximum=900.0),
        "pipeline": Pipeline(),
        "contrast": Contrast(),
        "dependence": Dependence(),
        "pairing": Pairing(),
        "failure": StepFailure(),
        "loss_checks": (LossCheck(),),
        "balance": Balance(),
        "kept_metrics": ("accuracy",),
        "time_layers": (TimeLayer(hidden=0.2),),
        "padding": (Padding(),),
        "words": (Words(),),
        "axes": (Axes(),),
        "carried_state": CarriedState(),
        "target_copies": (TargetCopy(),),
        "future": (FutureReach(),),
        "frozen_statistics": (FrozenStatistics(),),
        "origin": NonfiniteOrigin(rows=(3,), operation="exp of 120"),
        "history": history,
        "probe": _probe(),
        "learning": Learning("stuck", last=2.3),
        "overfit": Overfit(),
        "zeroed": ZeroedInputs(),
        "callbacks": Callbacks((Callback(),)),
        "schedule": Schedule(),
        "weights": Weights(),
        "suspects": Suspects(),
        "curvature": Curvature(sharpness=950.0, sharpness_after=310.0),
        "noise": GradientNoise(),
        "rate_range": RateRange(
            rates=tuple(10 ** (-6 + 0.25 * k) for k in range(20)),
            losses=tuple(2.3 - 0.08 * k if k < 14 else 2.3 + 4.0 ** (k - 13) for k in range(20)),
            best=1e-3,
            highest=2e-3,
            own=1e-2,
        ),
    }


@pytest.fixture(scope="session")
def make_finding():
    """Makes a finding; what is not given is that of unscaled inputs."""

    def made(rule="unscaled-inputs", id="KS102", severity="warning", where="pixels", cause="", **given):
        values = {
            "message": "Values with a root mean square of 84.7 enter Dense, which expects about 1.",
            "evidence": {"root_mean_square": 84.7, "gain_when_standardized": math.nan},
            "threshold": 10.0,
            "remedy": "Put `keras.layers.Normalization()` first and call its `adapt(x)`.",
            "url": f"docs/rules/{rule}.md",
            "confidence": 0.95,
        }
        return Finding(rule, id, severity, where, cause=cause, **{**values, **given})

    return made


@pytest.fixture(scope="session")
def sample_report(make_finding):
    """A model that got unscaled inputs, with what these lead to, and all facts."""
    findings = (
        make_finding(),
        make_finding(
            "exploding-gradients",
            "KS401",
            "error",
            "encoder",
            "unscaled-inputs",
            message="The gradient norm reaches 4,200 before any clip; 10 is a lot.",
            evidence={"global_norm": 4200.0},
            remedy="Find the cause first; `global_clipnorm=0.5` keeps single steps from ruining the weights.",
        ),
        *(
            make_finding(
                "dead-units",
                "KS405",
                "warning",
                f"encoder/dense_{k}",
                "unscaled-inputs",
                message=f"{60 + k} % of the 64 units are 0 for every sample.",
                evidence={"dead": 0.6},
                threshold=0.5,
                remedy="Lower the learning rate.",
                confidence=0.8,
            )
            for k in range(7)
        ),
        make_finding(
            "few-samples-per-class",
            "KS107",
            "advice",
            "data",
            message="The smallest class, 4, has 12 samples [10 is too few].",
            evidence={"samples": 12},
            threshold=None,
            remedy="Gather more, or augment.",
            confidence=0.6,
        ),
    )
    return Report(
        findings,
        skipped={"overfitting": "there is no validation data", "train-validation-leak": "there is no validation data"},
        crashed={"my-own-rule": "ZeroDivisionError: division by zero"},
        passed=("nonfinite-inputs", "constant-labels", "frozen-model"),
        verdict="It does not learn: after 120 steps its loss of 2.30 is that of a constant answer.",
        facts=_facts(),
        about={
            "model": "mlp",
            "parameters": 25450,
            "samples": 5000,
            "batch_size": 32,
            "seconds": 12.345,
            "probe_steps": 120,
            "keras": "3.15.1",
            "tensorflow": "2.21.0",
        },
    )
