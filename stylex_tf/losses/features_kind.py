"""Names the features that the perceptual distance compares."""

from stylex_tf import choice


class Features(choice.Choice):
    """Whose they are; a config may name the folder of a SavedModel instead."""

    AUTO = "auto"
    CLASSIFIER = "classifier"
    PHOTOGRAPHS = "photographs"
    VGG16 = "vgg16"
