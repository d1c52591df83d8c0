import pytest

from keras_stable.errors import KerasStableError
from keras_stable.source_edits.not_placed import NotPlacedError


def test_it_is_one_of_the_packages_own():
    with pytest.raises(KerasStableError, match="the line makes two"):
        raise NotPlacedError("the line makes two")
