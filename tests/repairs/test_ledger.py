from keras_stable.diagnosis.evidence.budget import Deadline
from keras_stable.repairs.ledger import Ledger


def test_what_is_booked_is_gone():
    ledger = Ledger(2.0, 100.0)
    ledger.book(150.0)
    assert (ledger.trainings, ledger.left) == (1.5, 0.5)
    assert ledger.allows(0.5)
    assert not ledger.allows(0.6)


def test_nothing_is_allowed_after_the_end():
    assert not Ledger(2.0, 100.0, Deadline(0.0, lambda: 1.0)).allows(0.1)
