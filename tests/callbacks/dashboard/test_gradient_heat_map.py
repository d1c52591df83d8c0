import tensorflow as tf


def test_the_picture_is_drawn_at_the_end(shown):
    (event,) = shown.events().Images("gradients/by_layer_over_time")
    picture = tf.io.decode_png(event.encoded_image_string).numpy()
    assert picture.shape[:2] == (event.height, event.width)
    assert event.step == 18
    assert len({tuple(colour) for colour in picture.reshape(-1, picture.shape[2])[::50]}) > 20
