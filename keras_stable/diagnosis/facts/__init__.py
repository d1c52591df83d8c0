"""What the rules see: frozen, plain data, one dataclass for each kind of evidence. Imports no TensorFlow."""

from keras_stable.diagnosis.facts.callbacks import Callback, Callbacks, Ending
from keras_stable.diagnosis.facts.compiled import Compiled
from keras_stable.diagnosis.facts.curvature import Curvature, GradientNoise, RateRange
from keras_stable.diagnosis.facts.data import Duplicates, Input, Labels, Plan
from keras_stable.diagnosis.facts.evaluation import Evaluation, OutputEvaluation
from keras_stable.diagnosis.facts.features import Features
from keras_stable.diagnosis.facts.learning import Learning
from keras_stable.diagnosis.facts.schedule import Schedule
from keras_stable.diagnosis.facts.step import Gradients, LayerOutput, NonfiniteOrigin, VariableGradient
from keras_stable.diagnosis.facts.structure import Layer, Output, Structure
from keras_stable.diagnosis.facts.suspects import Suspects
from keras_stable.diagnosis.facts.trajectory import History, Overfit, Probe, Trial, ZeroedInputs
from keras_stable.diagnosis.facts.weights import OutputWeights, Weights

__all__ = [
    "Callback",
    "Callbacks",
    "Compiled",
    "Curvature",
    "Duplicates",
    "Ending",
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
    "NonfiniteOrigin",
    "Output",
    "OutputEvaluation",
    "OutputWeights",
    "Overfit",
    "Plan",
    "Probe",
    "RateRange",
    "Schedule",
    "Structure",
    "Suspects",
    "Trial",
    "VariableGradient",
    "Weights",
    "ZeroedInputs",
]
