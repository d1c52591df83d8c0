import typing

import pytest

from keras_stable.diagnosis.edit import Edit, EditKind


@pytest.mark.parametrize("kind", typing.get_args(EditKind))
def test_every_kind_can_be_read(kind):
    text = str(Edit(kind, "fit", "x", "value"))
    assert text.startswith("fit: ")
    assert ("value" in text) == (kind != "remove")
