import itertools

import keras

from keras_stable.callbacks.dashboard.texts import config_markdown, summary_markdown


def text(shown, tag):
    return shown.events().Tensors(tag)[-1].tensor_proto.string_val[0].decode()


def test_the_texts_say_what_the_training_is(shown):
    assert "`fit.epochs` | 3" in text(shown, "about/config")
    assert "readout" in text(shown, "about/model")
    assert "275" in text(shown, "about/model")
    assert "largest value" in " ".join(text(shown, "about/dashboard").split())


def test_findings_are_written_when_they_change(shown):
    events = shown.events().Tensors("audit/findings")
    texts = [event.tensor_proto.string_val[0] for event in events]
    assert texts
    assert all(one != other for one, other in itertools.pairwise(texts))


def test_yaml_stays_as_it_is():
    assert config_markdown("fit:\n  epochs: 3\n") == "    fit:\n      epochs: 3"


def test_a_model_that_is_not_built_is_named():
    class Unbuilt(keras.Model):
        pass

    assert "not built" in summary_markdown(Unbuilt(name="later")) or "later" in summary_markdown(Unbuilt(name="later"))
