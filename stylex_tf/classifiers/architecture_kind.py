"""Names the classifiers that we train."""

from stylex_tf import choice


class Architecture(choice.Choice):
    """Which network it is, see `architectures.BY_NAME`."""

    SMALL_CNN = "small_cnn"
    MOBILENET = "mobilenet"
    PHOTOGRAPHS = "photographs"
