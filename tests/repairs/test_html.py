import pytest

from keras_stable.diagnosis.edit import Edit
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.errors import InvalidArgumentError
from keras_stable.repairs.contents import Change, Curves
from keras_stable.repairs.html import page
from keras_stable.repairs.program import Program
from keras_stable.repairs.repaired import Repair


@pytest.fixture
def repaired(make_finding):
    edit = Edit("replace", "loss", value='"<mae>"')
    change = Change("wrong-sign-loss", "loss", '"mse"', '"<mae>"', 0.8, 1e-5, "The loss `mse` rises.", edit)
    curves = Curves("R²", -0.5, 0.9, {"loss": [3.0, 5.0]}, {"loss": [2.0, 1e-3], "own": [1.0]}, 40)
    report = Report((make_finding(message="It < rises."),), about={"model": "net"})
    return Repair(
        (change,), None, {}, 2.5, "repaired", report, Report(), curves, Program(None, None, None), {"a<b": "c"}
    )


def test_before_and_after_stand_side_by_side(repaired):
    text = page(repaired)
    assert "<title>Repair of net</title>" in text
    for part in ("- &#34;mse&#34;", "+ &#34;&lt;mae&gt;&#34;", "<code>mse</code>", "-0.500", "0.900", "It &lt; rises."):
        assert part in text
    assert text.count("<img") == 1
    assert "Line chart of loss. before goes from 3.00 to 5.00" in text
    assert "after goes from 2.00 to 0.00100" in text
    assert "<code>a&lt;b</code>" in text
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org", "")


def test_nothing_to_repair_has_a_page_too():
    nothing = Repair((), None, {}, 0.0, "nothing to repair", Report(), None, Curves(), Program(None, None, None))
    assert "Nothing was changed." in page(nothing)


def test_the_file_is_written(repaired, tmp_path):
    path = repaired.to_html(tmp_path / "new" / "page.html")
    assert path.read_text(encoding="utf-8") == page(repaired)
    with pytest.raises(InvalidArgumentError, match="`html` must be a path"):
        repaired.to_html(tmp_path)
