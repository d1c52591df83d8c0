import itertools

from keras_stable.diagnosis.evidence.data.kept import Kept


def test_no_more_is_taken_than_is_asked_for_and_it_is_given_again():
    numbers = itertools.count()
    kept = Kept(numbers, lambda item: 1)
    assert list(itertools.islice(kept, 3)) == [0, 1, 2]
    assert list(itertools.islice(kept, 2)) == [0, 1]
    assert kept.taken == 3
    assert next(numbers) == 3
    assert not kept.full


def test_a_limit_of_memory_ends_the_reading_and_not_the_items():
    kept = Kept(itertools.count(), lambda item: 10, most_bytes=35)
    assert list(kept) == list(kept) == [0, 1, 2, 3]
    assert kept.full
    assert not kept.ended


def test_an_end_is_an_end():
    kept = Kept(iter("ab"), lambda item: 1, most_bytes=2)
    assert list(kept) == ["a", "b"]
    assert kept.full  # nobody knows whether there is more
    short = Kept(iter("ab"), lambda item: 1)
    assert (list(short), short.ended, short.full) == (["a", "b"], True, False)
