"""What a `fit` has logged."""

import math

import keras
import pytest

from keras_stable.diagnosis.facts import Evaluation, OutputEvaluation
from keras_stable.diagnosis.judging.histories import history_facts, read_history
from keras_stable.errors import InvalidArgumentError

LOGS = {"loss": [2.0, 1.0], "accuracy": [0.25, 0.5], "val_loss": [2.5, 1.5], "val_accuracy": [0.125, 0.25]}


def test_the_object_that_fit_returns_and_its_dict():
    history = keras.callbacks.History()
    history.history = LOGS
    assert read_history(history) == read_history(LOGS) == {name: tuple(values) for name, values in LOGS.items()}


def test_a_csv_logger_file_and_its_directory(tmp_path):
    rows = ["epoch,accuracy,loss", "0,0.25,2.0", "1,0.5,nan"]
    (tmp_path / "history.csv").write_text("\n".join(rows) + "\n")
    found = read_history(tmp_path)
    assert found["accuracy"] == (0.25, 0.5)
    assert found["loss"][0] == 2.0
    assert found["loss"][1] != found["loss"][1]
    assert set(found) == {"accuracy", "loss"}
    assert read_history(str(tmp_path / "history.csv"))["accuracy"] == (0.25, 0.5)


@pytest.mark.parametrize("history", [3, {}, {"loss": []}, {"loss": "high"}, "nowhere", {"loss": [[1, 2]]}])
def test_what_is_no_history_is_refused(history):
    with pytest.raises(InvalidArgumentError, match=r"`history` must be .* Received: history="):
        read_history(history)


def test_facts_take_what_they_compare_with_from_the_evaluation():
    output = OutputEvaluation(task="binary", majority_share=0.75)
    found = history_facts(LOGS, Evaluation(constant_loss=0.5, outputs=(output,)))
    assert (found.task, found.majority_share, found.constant_loss) == ("binary", 0.75, 0.5)
    assert (found.loss, found.val_loss) == ((2.0, 1.0), (2.5, 1.5))
    assert (found.accuracy, found.val_accuracy) == ((0.25, 0.5), (0.125, 0.25))
    assert found.logs == {name: tuple(values) for name, values in LOGS.items()}
    bare = history_facts({"loss": [1.0]})
    assert (bare.task, bare.accuracy, bare.val_loss, bare.val_accuracy) == ("regression", (), (), ())
    assert math.isnan(bare.majority_share)
    assert math.isnan(bare.constant_loss)
    assert history_facts({"val_acc": [0.5], "loss": [1.0]}).task == "regression"


def test_without_a_total_the_losses_are_added_up_unless_they_are_rivals():
    logs = {"a_loss": [1.0, 2.0, 9.0], "b_loss": [10.0, 20.0], "val_a_loss": [3.0], "val_b_loss": [4.0]}
    added = history_facts(logs)
    # As many epochs as all of them have.
    assert (added.loss, added.val_loss) == ((11.0, 22.0), (7.0,))
    rivals = history_facts(logs, rivals=True)
    assert (rivals.loss, rivals.val_loss) == ((), ())
    assert history_facts({**logs, "loss": [5.0]}, rivals=True).loss == (5.0,)


def test_the_first_accuracy_counts_and_its_own_validation():
    logs = {"loss": [1.0], "val_top_acc": [0.1], "top_acc": [0.2], "acc": [0.3], "val_acc": [0.4]}
    facts = history_facts(logs)
    assert (facts.accuracy, facts.val_accuracy, facts.task) == ((0.2,), (0.1,), "classes")


def test_an_evaluation_without_outputs_tells_the_constant_loss_alone():
    facts = history_facts(LOGS, Evaluation(constant_loss=0.5, floor=0.25, outputs=()))
    assert (facts.task, facts.constant_loss, facts.floor) == ("classes", 0.5, 0.25)
    assert math.isnan(facts.majority_share)
    assert math.isnan(history_facts(LOGS).floor)


def test_cells_that_were_left_empty_are_passed_over(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("epoch,loss,val_loss\n0,2.0,\n1,1.0,1.5\n")
    assert read_history(file) == {"loss": (2.0, 1.0), "val_loss": (1.5,)}


@pytest.mark.parametrize("content", [b"", b"epoch,loss\n", b"\xff\xfe\x00loss\n1\n", b"epoch,loss\n0,high\n"])
def test_a_file_without_an_epoch_is_refused(tmp_path, content):
    (tmp_path / "history.csv").write_bytes(content)
    with pytest.raises(InvalidArgumentError, match="`history` must be"):
        read_history(tmp_path)


def test_a_directory_without_the_file_is_refused(tmp_path):
    with pytest.raises(InvalidArgumentError, match="a run directory with a history.csv"):
        read_history(tmp_path)
