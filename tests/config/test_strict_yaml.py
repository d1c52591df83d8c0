import math

import pytest
import yaml

from keras_stable.config.strict_yaml import YamlSyntaxError, dump_yaml, parse_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 100000.0),
        ("-1.5e+2", -150.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("-.inf", -math.inf),
        ("010", 10),
        ("0x1F", 31),
        ("0o17", 15),
        ("+3", 3),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("null", None),
        ("'3'", "3"),
        ("!!str 3", "3"),
        ("!!float 3", 3.0),
    ],
)
def test_scalars_of_the_core_schema(text, value):
    read = parse_yaml(text).data
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("text", ["no", "on", "yes", "off", "y", "1:30", "1_000", "2024-01-01", "1e", "0b1", "<<"])
def test_what_only_yaml_1_1_converts_stays_text(text):
    assert parse_yaml(text).data == text


def test_nan_is_a_number():
    assert math.isnan(parse_yaml(".nan").data)


def test_every_key_and_item_has_its_line():
    document = parse_yaml("a: 1\nb:\n  c: 2\n  d:\n  - 3\n  - {e: 4}\n")
    assert document.lines == {
        ("a",): 1,
        ("b",): 2,
        ("b", "c"): 3,
        ("b", "d"): 4,
        ("b", "d", 0): 5,
        ("b", "d", 1): 6,
        ("b", "d", 1, "e"): 6,
    }


def test_repeated_keys_are_found_with_both_lines_and_the_first_one_counts():
    document = parse_yaml("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert document.data == {"a": 1, "b": {"c": 1}}
    assert document.repeated == [(("b", "c"), 2, 2), (("a",), 1, 3)]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\n\tb: 2\n", 2, "a tab where YAML wants spaces"),
        ("a: [1, 2\n", 2, "expected ',' or ']'"),
        ("a: 1\n--- \nb: 2\n", 2, "but found another document"),
        ("a: 1\nb: \x01\n", 2, "the character '\\x01'"),
        ("a: 1\nb: !!python/name:os.system x\n", 2, "the tag"),
        ("a: 1\nb: !mine {c: 1}\n", 2, "the tag '!mine'"),
        ("a: 1\nb: !!int x\n", 2, "'x' for the tag"),
        ("a: &x [1]\nb: *x\n", 2, "the alias *x; write its value out"),
        ("a: 1\n[1, 2]: 3\n", 2, "a key that is itself a list"),
        ("a: b: c\n", 1, "mapping values are not allowed here"),
        ("[" * 5000, 1, "nested too deeply"),
    ],
)
def test_what_is_no_usable_yaml_is_named_with_its_line(text, line, what):
    with pytest.raises(YamlSyntaxError) as caught:
        parse_yaml(text)
    assert caught.value.line == line
    assert what in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_a_text_without_content_is_none(text):
    assert parse_yaml(text).data is None


def test_a_dump_reads_back_unchanged_here_and_in_pyyaml():
    data = {"a": ["1e-3", "no", "010", "1:30", "", "null", "ü", "x: y"], "b": 1e-5, "c": [1, 2.5, True, None], "d": {}}
    text = dump_yaml(data)
    assert parse_yaml(text).data == data
    assert yaml.safe_load(text) == data


def test_a_dump_keeps_tuples_of_plain_values_on_one_line():
    shared = (32, 64)
    assert dump_yaml({"a": shared, "b": shared}) == "a: [32, 64]\nb: [32, 64]\n"
