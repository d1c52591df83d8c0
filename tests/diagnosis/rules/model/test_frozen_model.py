from keras_stable.diagnosis.facts import Structure
from keras_stable.diagnosis.rules.model.frozen_model import frozen_model


def test_nothing_to_train(severities):
    frozen = Structure(parameters=4000, trainable_parameters=0, trainable_variables=0)
    assert severities(frozen_model, structure=frozen) == ["error"]


def test_a_frozen_encoder_under_a_new_readout_is_fine(severities):
    assert severities(frozen_model, structure=Structure(parameters=4000, trainable_parameters=11)) == []
