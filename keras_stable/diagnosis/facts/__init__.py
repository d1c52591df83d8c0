"""What the rules see: frozen, plain data, one dataclass for each kind of evidence. Imports no TensorFlow."""

from keras_stable.diagnosis.facts.balance import Balance, OutputShare
from keras_stable.diagnosis.facts.callbacks import Callback, Callbacks, Ending
from keras_stable.diagnosis.facts.compiled import Compiled
from keras_stable.diagnosis.facts.contrast import (
    ClassContrast,
    Contrast,
    FeatureContrast,
    InputContrast,
    TargetContrast,
    Transfer,
    WordContrast,
)
from keras_stable.diagnosis.facts.curvature import Curvature, GradientNoise, RateRange
from keras_stable.diagnosis.facts.data import Duplicates, Input, Labels, Plan
from keras_stable.diagnosis.facts.dependence import Dependence, Pairing, Realignment
from keras_stable.diagnosis.facts.evaluation import Evaluation, OutputEvaluation
from keras_stable.diagnosis.facts.failure import CodePlace, StepFailure
from keras_stable.diagnosis.facts.features import Features
from keras_stable.diagnosis.facts.input_cost import InputCost
from keras_stable.diagnosis.facts.leaks import FrozenStatistics, FutureReach, TargetCopy
from keras_stable.diagnosis.facts.learning import Learning
from keras_stable.diagnosis.facts.loss_check import LossCheck
from keras_stable.diagnosis.facts.mirroring import Mirroring
from keras_stable.diagnosis.facts.missing_codes import MissingCode
from keras_stable.diagnosis.facts.pipeline import CachedDraws, Delivery, Order, Pipeline, Repetition
from keras_stable.diagnosis.facts.schedule import Schedule
from keras_stable.diagnosis.facts.step import Gradients, LayerOutput, NonfiniteOrigin, VariableGradient
from keras_stable.diagnosis.facts.structure import Layer, Output, Structure
from keras_stable.diagnosis.facts.suspects import Suspects
from keras_stable.diagnosis.facts.time_axes import Axes, CarriedState, Folding, InnerZeros, Padding, TimeLayer, Words
from keras_stable.diagnosis.facts.trajectory import History, Overfit, Probe, Trial, ZeroedInputs
from keras_stable.diagnosis.facts.untracked import UntrackedVariable
from keras_stable.diagnosis.facts.weights import OutputWeights, Weights

__all__ = [
    "Axes",
    "Balance",
    "CachedDraws",
    "Callback",
    "Callbacks",
    "CarriedState",
    "ClassContrast",
    "CodePlace",
    "Compiled",
    "Contrast",
    "Curvature",
    "Delivery",
    "Dependence",
    "Duplicates",
    "Ending",
    "Evaluation",
    "FeatureContrast",
    "Features",
    "Folding",
    "FrozenStatistics",
    "FutureReach",
    "GradientNoise",
    "Gradients",
    "History",
    "InnerZeros",
    "Input",
    "InputContrast",
    "InputCost",
    "Labels",
    "Layer",
    "LayerOutput",
    "Learning",
    "LossCheck",
    "Mirroring",
    "MissingCode",
    "NonfiniteOrigin",
    "Order",
    "Output",
    "OutputEvaluation",
    "OutputShare",
    "OutputWeights",
    "Overfit",
    "Padding",
    "Pairing",
    "Pipeline",
    "Plan",
    "Probe",
    "RateRange",
    "Realignment",
    "Repetition",
    "Schedule",
    "StepFailure",
    "Structure",
    "Suspects",
    "TargetContrast",
    "TargetCopy",
    "TimeLayer",
    "Transfer",
    "Trial",
    "UntrackedVariable",
    "VariableGradient",
    "Weights",
    "WordContrast",
    "Words",
    "ZeroedInputs",
]
