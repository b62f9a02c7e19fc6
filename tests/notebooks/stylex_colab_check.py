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
p = names["number"](float(answer["probabilities_after"][0, shown]))
assert words.value == f"{names['class_names'][shown]}: {p}" != before[1]
with Image.open(io.BytesIO(picture.value)) as image:
    assert image.width == names["contract"]["sizes"]["R"]

# The box shows the same edit on the image itself, and asks about that.
names["carried"].value = True
(rebuilt,) = model.signatures["reconstruct"](
    image_bytes=tf.constant([names["mine"]])
)["image_bytes"].numpy()
edited = answer["edited_bytes"].numpy()[0]
on_the_image = names["carry"](names["mine"], rebuilt, edited)
assert picture.value == on_the_image != edited
p = names["number"](float(names["probabilities"](on_the_image)[shown]))
assert words.value == f"{names['class_names'][shown]}: {p}"
image, changed = names["seen"](names["mine"]), names["seen"](edited)
changed -= names["seen"](rebuilt)
share = np.abs(changed).mean(axis=-1)
share /= share.max()
for part, expected in (
    (share > 0.1501, np.clip(image + changed, 0, 255)),
    (share < 0.0499, image),
):
    np.testing.assert_array_equal(
        names["seen"](on_the_image)[part], expected[part]
    )
names["show"](names["mine"], carried=True)

# Trust is the reconstruction's class and two shares of held-out images.
said = names["trust"](names["mine"])
assert said.startswith(("Only partly known: ", "Do not rely on this: ")), said
assert said.count("of held-out images") == 2, said
print(said)
print("checked in TensorFlow", tf.__version__)
