from keras_stable.reporting.dashboard_tags import LOSS, TAGS, WHEN, metric_tag, tags_table


def test_keys_find_their_group():
    assert metric_tag("clip_fraction", None) == "gradients/clip_fraction"
    assert metric_tag("top_class_share", None) == "predictions/top_class_share"
    assert metric_tag("accuracy", "accuracy") == "at a glance/2 accuracy"


def test_the_table_has_a_row_for_every_tag():
    rows = tags_table().splitlines()[2:]
    assert len(rows) == len(TAGS)
    assert f"`{LOSS}`" in rows[0]
    assert all(WHEN[tag.when] in row for tag, row in zip(TAGS, rows, strict=True))


def test_no_tag_is_there_twice():
    assert len({tag.name for tag in TAGS}) == len(TAGS)
