from keras_stable.diagnosis.reporting.code_location import CodeLocation


def test_it_reads_as_editors_take_it():
    assert str(CodeLocation("jobs/train.py", 3, "model.fit(x)")) == "jobs/train.py:3"
