"""What the rules see: frozen, plain data, one dataclass for each kind of evidence. Imports no TensorFlow."""

from keras_stable.diagnosis.facts.balance import Balance, OutputShare, skill
from keras_stable.diagnosis.facts.compiled import Compiled
from keras_stable.diagnosis.facts.curvature import Curvature, GradientNoise, RateRange
from keras_stable.diagnosis.facts.data import Duplicates, Input, Labels, Plan
from keras_stable.diagnosis.facts.evaluation import Evaluation, OutputEvaluation
from keras_stable.diagnosis.facts.failure import CodePlace, StepFailure
from keras_stable.diagnosis.facts.features import Features
from keras_stable.diagnosis.facts.learning import Learning
from keras_stable.diagnosis.facts.loss_check import LossCheck
from keras_stable.diagnosis.facts.step import Gradients, LayerOutput, NonfiniteOrigin, VariableGradient
from keras_stable.diagnosis.facts.structure import Layer, Output, Structure
from keras_stable.diagnosis.facts.trajectory import History, Overfit, Probe, Trial, ZeroedInputs

__all__ = [
    "Balance",
    "CodePlace",
    "Compiled",
    "Curvature",
    "Duplicates",
    "Evaluation",
    "Features",
    "GradientNoise",
    "Gradients",
    "History",
    "Input",
    "Labels",
    "Layer",
    "LayerOutput",
    "Learning",
    "LossCheck",
    "NonfiniteOrigin",
    "Output",
    "OutputEvaluation",
    "OutputShare",
    "Overfit",
    "Plan",
    "Probe",
    "RateRange",
    "StepFailure",
    "Structure",
    "Trial",
    "VariableGradient",
    "ZeroedInputs",
    "skill",
]
