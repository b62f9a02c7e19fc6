"""What must hold at the end of stylex_colab.ipynb; run in its kernel."""

import importlib.util
import io
import pathlib

import numpy as np
import tensorflow as tf
from PIL import Image

names = globals()
assert importlib.util.find_spec("stylex_tf") is None, "our package is there"

model, attributes = names["model"], names["attributes"]
expected = model.signatures["find_attributes"](
    image_bytes=tf.constant([names["mine"]]),
    target_class=tf.constant([-1]),
    top_k=tf.constant([names["TOP_K"]]),
)
np.testing.assert_array_equal(
    attributes["coordinates"], expected["coordinates"].numpy()[0]
)
assert names["mine"] == pathlib.Path(names["IMAGE"]).read_bytes()

# A slider is an edit.
picture, words, sliders = names["picture"], names["words"], names["sliders"]
assert len(sliders) == (attributes["coordinates"] >= 0).sum() > 0
before = picture.value, words.value
sliders[0].value = -0.5
answer = model.signatures["edit"](
    image_bytes=tf.constant([names["mine"]]),
    coordinates=tf.constant([[int(attributes["coordinates"][0])]]),
    directions=tf.constant([[0]]),
    strengths=tf.constant([[0.5]]),
)
assert picture.value == answer["edited_bytes"].numpy()[0] != before[0]
shown = int(attributes["probabilities_before"].argmax())
p = float(answer["probabilities_after"][0, shown])
assert words.value == f"{names['class_names'][shown]}: {p:.3f}" != before[1]
with Image.open(io.BytesIO(picture.value)) as image:
    assert image.width == names["contract"]["sizes"]["R"]
print("checked in TensorFlow", tf.__version__)
