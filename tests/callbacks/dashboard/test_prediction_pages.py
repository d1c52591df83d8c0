import numpy as np


def test_predicted_classes_are_a_histogram_of_every_validation(shown):
    events = shown.events("validation").Histograms("predictions/predicted_classes")
    assert [event.step for event in events] == [6, 12, 18]
    counts = np.zeros(3)
    last = events[-1].histogram_value
    for limit, count in zip(last.bucket_limit, last.bucket, strict=True):
        counts[int(limit - 0.5)] = count
    predicted = shown.model.predict(shown.x[:20], verbose=0).argmax(-1)
    if shown.model.optimizer.iterations == 18:
        assert counts.tolist() == np.bincount(predicted, minlength=3).tolist()
    assert (counts > 0).sum() == shown.history["val_unique_classes"][-1]
    assert counts.sum() == 20


def test_pictures_of_the_last_validation(shown):
    events = shown.events("validation")
    for tag in ("confusion_matrix", "class_shares", "largest_losses"):
        (event,) = events.Images(f"predictions/{tag}")
        assert event.step == 18
        assert event.encoded_image_string.startswith(b"\x89PNG")


def test_diversity_is_written_once_where_logs_have_it(shown):
    assert len(shown.scalars("predictions/unique_classes", "validation")) == 3
