from keras_stable.source_edits.sites import ProgramSites, Site, Span


def test_layers_are_told_from_other_parts():
    site = Site((Span("train.py", 3),), "Dense")
    program = ProgramSites({"fit": site, "layer:a": site, "loss:a": site, "layer:b/c": site})
    assert list(program.layers()) == ["layer:a", "layer:b/c"]
