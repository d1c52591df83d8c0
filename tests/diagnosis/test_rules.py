"""What every rule must hold to."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from keras_stable.diagnosis.facts import (
    Axes,
    Balance,
    CachedDraws,
    Callback,
    Callbacks,
    CarriedState,
    Compiled,
    Contrast,
    Curvature,
    Delivery,
    Dependence,
    Duplicates,
    Evaluation,
    Features,
    Folding,
    FrozenStatistics,
    FutureReach,
    GradientNoise,
    Gradients,
    History,
    InnerZeros,
    Input,
    InputCost,
    Labels,
    Layer,
    LayerOutput,
    Learning,
    LossCheck,
    Mirroring,
    Order,
    Output,
    OutputEvaluation,
    Overfit,
    Padding,
    Pairing,
    Pipeline,
    Plan,
    Probe,
    RateRange,
    Repetition,
    Schedule,
    Structure,
    Suspects,
    TargetContrast,
    TimeLayer,
    Transfer,
    VariableGradient,
    Weights,
    Words,
    ZeroedInputs,
)
from keras_stable.diagnosis.reporting.rule_pages import EVIDENCE
from keras_stable.diagnosis.rule import SEVERITIES, Skip
from keras_stable.diagnosis.rules import FAMILIES, all_rules, find_rule

EXPECTED = {
    "KS101": "nonfinite-inputs",
    "KS102": "unscaled-inputs",
    "KS103": "constant-features",
    "KS104": "labels-out-of-range",
    "KS105": "nonfinite-labels",
    "KS106": "class-imbalance",
    "KS107": "few-samples-per-class",
    "KS108": "conflicting-labels",
    "KS109": "train-validation-leak",
    "KS110": "unscaled-targets",
    "KS111": "constant-labels",
    "KS112": "unshuffled-data",
    "KS113": "missing-codes",
    "KS201": "missing-nonlinearity",
    "KS202": "symmetric-initialization",
    "KS203": "initializer-mismatch",
    "KS204": "excess-dropout",
    "KS205": "frozen-model",
    "KS206": "redundant-activation",
    "KS207": "bottleneck",
    "KS208": "unadapted-normalization",
    "KS301": "loss-output-mismatch",
    "KS302": "learning-rate-too-high",
    "KS303": "learning-rate-too-low",
    "KS304": "missing-loss-scaling",
    "KS305": "ineffective-clipping",
    "KS306": "excess-regularization",
    "KS307": "metric-mismatch",
    "KS401": "exploding-gradients",
    "KS402": "vanishing-gradients",
    "KS403": "disconnected-variables",
    "KS404": "zero-gradients",
    "KS405": "dead-units",
    "KS406": "saturated-activations",
    "KS407": "nonfinite-activations",
    "KS408": "nonfinite-gradients",
    "KS409": "identical-outputs",
    "KS410": "unnormalized-features",
    "KS411": "feature-collapse",
    "KS412": "bad-initial-loss",
    "KS413": "update-ratio",
    "KS414": "noisy-gradient",
    "KS501": "prediction-collapse",
    "KS502": "never-predicted-class",
    "KS503": "train-inference-mismatch",
    "KS601": "nonfinite-loss",
    "KS602": "loss-not-decreasing",
    "KS603": "diverging-loss",
    "KS604": "oscillating-loss",
    "KS605": "loss-spike",
    "KS606": "slow-convergence",
    "KS607": "overfitting",
    "KS608": "cannot-overfit-batch",
    "KS609": "input-independent-loss",
    "KS701": "repeated-batches",
    "KS702": "changing-pipeline",
    "KS703": "validation-inputs-differ",
    "KS704": "misaligned-labels",
    "KS705": "ineffective-callback",
    "KS706": "decaying-schedule",
    "KS707": "zero-weights",
    "KS708": "broadcast-loss",
    "KS709": "wrong-sign-loss",
    "KS710": "unmasked-padding",
    "KS711": "single-time-step",
    "KS712": "stateful-shuffle",
    "KS713": "target-in-input",
    "KS714": "lagging-statistics",
    "KS715": "outweighed-loss",
    "KS716": "suspicious-labels",
    "KS717": "preprocessed-twice",
    "KS718": "unseen-classes",
    "KS719": "future-leak",
    "KS720": "unknown-words",
    "KS721": "validation-targets-differ",
    "KS722": "frozen-augmentation",
    "KS723": "masked-word",
    "KS724": "unmirrored-targets",
    "KS725": "slow-input",
    "KS726": "folded-axes",
    "KS727": "untracked-variables",
    "KS731": "failing-step",
    "KS733": "kept-metric-state",
    "KS734": "posterior-collapse",
}

SECTIONS = ["What it does", "Why is this bad", "Example", "Use instead", "References"]

each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.slug)


def test_these_are_all():
    assert {rule.id: rule.slug for rule in all_rules()} == EXPECTED


def test_no_id_or_slug_twice():
    assert len({rule.id for rule in all_rules()}) == len({rule.slug for rule in all_rules()}) == len(all_rules())


@each_rule
def test_it_lives_in_its_family_in_a_file_of_its_name(rule):
    family, _ = FAMILIES[rule.id[:3]]
    name = rule.slug.replace("-", "_")
    assert rule.check.__module__ == f"keras_stable.diagnosis.rules.{family}.{name}"
    assert rule.check.__name__ == name
    assert Path(sys.modules[rule.check.__module__].__file__).read_text().startswith(f'"""{rule.id}."""\n')


@each_rule
def test_its_page_has_every_section(rule):
    page = rule.check.__doc__
    sections = re.findall(r"^ *## (.+)$", page, re.MULTILINE)
    assert sections == SECTIONS[: len(sections)]
    assert len(sections) >= len(SECTIONS) - 1
    assert all(body.strip() for body in re.split(r"^ *## .+$", page, flags=re.MULTILINE))
    assert re.fullmatch(r"[^a-z\n].*\.", rule.summary)


@each_rule
def test_it_says_what_to_change(rule):
    assert re.fullmatch(r"[A-Z`].{20,}[.?]", rule.remedy, re.DOTALL)
    assert rule.severity in SEVERITIES


@each_rule
def test_its_thresholds_have_reasons(rule):
    for name, threshold in rule.thresholds.items():
        assert re.fullmatch(r"[a-z0-9_ ]+", name)
        assert isinstance(threshold.value, int | float)
        assert re.fullmatch(r".{20,}\.", threshold.reason, re.DOTALL), name


@each_rule
def test_it_asks_for_evidence_that_there_is(rule):
    assert {*rule.needs, *rule.uses} <= set(EVIDENCE)
    assert rule.needs or rule.uses


@each_rule
def test_what_it_explains_are_rules(rule):
    assert set(rule.explains) <= set(EXPECTED.values())
    assert len(set(rule.explains)) == len(rule.explains)


def test_nothing_explains_itself():
    """Each round takes away what explains nothing that is left; a ring would stay."""
    left = {rule.slug: set(rule.explains) for rule in all_rules()}
    while ends := [slug for slug, explains in left.items() if not explains & set(left)]:
        for slug in ends:
            del left[slug]
    assert not left


EPOCHS = tuple(2.3 * 0.8**epoch for epoch in range(12))
ACCURACIES = tuple(0.1 + 0.85 * (1 - 0.7**epoch) for epoch in range(12))
STEPS = tuple(0.2 + 2.1 * 0.98**step + 0.02 * (-1) ** step for step in range(200))
# Before training, with a probe that learns, and a clip that acts on some of its steps.
FRESH = {
    "plan": Plan(),
    "inputs": (Input(),),
    "labels": (Labels(),),
    "duplicates": Duplicates(),
    "pipeline": Pipeline("dataset", Delivery(), Delivery(), Repetition(), (Order(),), cached=CachedDraws()),
    "contrast": Contrast(transfer=Transfer(), targets=(TargetContrast(),)),
    "dependence": Dependence(),
    "pairing": Pairing(),
    "mirroring": (Mirroring(),),
    "answered": Transfer(),
    "input_cost": InputCost(),
    "structure": Structure(
        layers=(
            Layer("dense", inputs=("input",)),
            Layer("normalization", kind="BatchNormalization", inputs=("dense",), config={"momentum": 0.9}),
            Layer("readout", inputs=("normalization",), units=10),
        )
    ),
    "outputs": (Output(),),
    "compiled": Compiled(global_clipnorm=1.0),
    "evaluation": Evaluation(),
    "activations": (LayerOutput(dead=0.1), LayerOutput("readout", activation="softmax", units=10, saturated=0.1)),
    "gradients": Gradients((VariableGradient(), VariableGradient("readout/kernel", "readout", 1, "readout"))),
    "features": Features(),
    "origin": None,
    "time_layers": (TimeLayer(hidden=0.2),),
    "padding": (Padding(washed_out=0.0, moved=0.0),),
    "words": (Words(zeros=InnerZeros(rows=0.01), zero_is_masked=True),),
    "axes": (Axes(),),
    "foldings": (Folding(),),
    "carried_state": CarriedState(("lstm",)),
    "target_copies": (),
    "future": (FutureReach(),),
    "frozen_statistics": (FrozenStatistics(),),
    "failure": None,
    "loss_checks": (LossCheck(),),
    "balance": Balance(),
    "kept_metrics": (),
    "untracked": (),
    "missing_codes": (),
    "probe": Probe(
        loss=STEPS,
        accuracy=tuple(1 - loss / 2.5 for loss in STEPS),
        grad_norm=tuple(0.5 + loss / 2 for loss in STEPS),
        applied_norm=tuple(min(0.5 + loss / 2, 1.0) for loss in STEPS),
        finite=(True,) * len(STEPS),
        update_ratio={"dense/kernel": 1e-3, "readout/kernel": 2e-3},
        after=Evaluation(loss=0.3, training_loss=0.32),
        dead_after={"dense": 0.1},
        losses={"kl_loss": tuple(0.5 + loss for loss in STEPS)},
    ),
    "learning": Learning(),
    "overfit": Overfit(),
    "zeroed": ZeroedInputs(),
    "curvature": Curvature(),
    "noise": GradientNoise(),
    "rate_range": RateRange(),
    "callbacks": Callbacks((Callback(), Callback("ReduceLROnPlateau", 1, patience=3), Callback("CSVLogger", 2, ""))),
    "schedule": Schedule(),
    "weights": Weights(),
    "suspects": Suspects(),
}
# After training, with what `fit` logged.
TRAINED = FRESH | {
    "plan": Plan(trained=True),
    "evaluation": Evaluation(
        loss=0.3,
        training_loss=0.32,
        outputs=(OutputEvaluation(loss=0.3, accuracy=0.92, recall=tuple((k, 0.92) for k in range(10))),),
    ),
    "history": History(
        loss=EPOCHS,
        accuracy=ACCURACIES,
        val_loss=tuple(1.05 * loss for loss in EPOCHS),
        val_accuracy=tuple(0.98 * accuracy for accuracy in ACCURACIES),
        logs={"loss": EPOCHS, "accuracy": ACCURACIES},
    ),
    "learning": Learning(source="history"),
}


def outcomes(rule, evidence):
    """The severities of what a rule finds, or the reason why it does not run."""
    if missing := set(rule.needs) - set(evidence):
        return f"no {', '.join(sorted(missing))}"
    try:
        return [finding.severity or rule.severity for finding in rule.run(evidence)]
    except Skip as reason:
        return str(reason)


@each_rule
def test_it_finds_nothing_in_a_healthy_model(rule):
    """And it looks: a rule that skips both models would pass whatever it does."""
    answers = [outcomes(rule, FRESH), outcomes(rule, TRAINED)]
    assert [] in answers, answers
    assert all(answer == [] or isinstance(answer, str) for answer in answers), answers


def test_every_kind_of_evidence_has_a_healthy_case():
    assert set(EVIDENCE) <= set(TRAINED)


def test_a_rule_is_found_by_id_or_slug_in_any_case():
    assert find_rule("ks102") is find_rule("Unscaled-Inputs") is find_rule("KS102")
    assert find_rule("KS999") is None


def test_rules_are_pure():
    """They, and what prints their findings, see plain data only."""
    code = (
        "import sys; from keras_stable.diagnosis.judging import runner; "
        "from keras_stable.diagnosis.rules import all_rules; assert all_rules(); "
        "print(*{'tensorflow', 'keras', 'sklearn', 'matplotlib'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
