import re

from tensorboard.plugins.custom_scalar import layout_pb2


def layout(shown):
    (event,) = shown.events().Tensors("custom_scalars__config__")
    return layout_pb2.Layout.FromString(event.tensor_proto.string_val[0])


def test_every_chart_has_something_to_show(shown):
    tags = shown.events().Tags()["scalars"]
    for category in layout(shown).category:
        for chart in category.chart:
            for pattern in chart.multiline.tag:
                assert any(re.match(pattern, tag) for tag in tags), pattern
            for series in chart.margin.series:
                assert {series.value, series.lower, series.upper} <= set(tags)


def test_limits_are_drawn_in_and_variables_are_apart(shown):
    charts = {category.title: category.chart for category in layout(shown).category}
    limits, variables = charts["Gradients"]
    shown_tags = shown.events().Tags()["scalars"]

    def matched(chart):
        return {tag for tag in shown_tags for pattern in chart.multiline.tag if re.match(pattern, tag)}

    assert matched(limits) == {
        *("gradients/global_norm", "gradients/applied_norm"),
        *("gradients/limit/norm_10", "gradients/limit/global_clipnorm"),
    }
    assert matched(variables) == {f"gradients/{variable.path}" for variable in shown.model.trainable_variables}
    margins = charts["Layers: median, between smallest and largest"]
    assert [chart.title for chart in margins] == [
        *("gradient norm", "weight norm", "update norm", "update ratio", "second moment norm"),
    ]
