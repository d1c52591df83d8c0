import json

from keras_stable.export.card import versions, write_card


def test_the_card_has_every_section_and_the_hash_of_every_file(tmp_path):
    (tmp_path / "model.onnx").write_text("x")
    card = write_card(tmp_path, {"name": "m", "format": "onnx"}, {"metrics": {"loss": float("nan")}, "more": 1})
    assert json.loads((tmp_path / "card.json").read_text()) == card
    assert {name: card[name] for name in ("data", "config", "audit", "more")} == {
        "data": None,
        "config": None,
        "audit": None,
        "more": 1,
    }
    assert card["metrics"] == {"loss": None}
    assert list(card["manifest"]) == ["model.onnx"]
    assert set(versions()) >= {"python", "keras", "tensorflow", "keras_stable"}


def test_no_text_of_the_user_means_anything_on_the_page(tmp_path):
    names = ["<script>alert(1)</script>", "a | b", "[x](javascript:y)", "line\nbreak"]
    about = {"data": {names[2]: names[1], "at": "/home/ada/x.csv"}}
    write_card(tmp_path, {"name": names[0], "class_names": names}, about)
    page = (tmp_path / "card.md").read_text()
    for raw in ("<script>", "](javascript", "ada", "a | b"):
        assert raw not in page
    assert r"\<script\>" in page
    assert "x.csv" in page
