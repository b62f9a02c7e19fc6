r"""Birds of six species, 64 px, on two cores, with a classifier for few images.

    ./bazelw run //stylex_tf:train -- --config=configs/birds_64.py \
        --config.data.source=FOLDER

FOLDER (or a zip) has one sub-folder a species. The sibling at 256 px, with the
paper's settings, is birds_200.py.
"""

from configs import cats_dogs_64
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    # The settings of cats and dogs; nothing was tuned on birds.
    experiment = cats_dogs_64.get_config()
    experiment.name = "birds_64"
    # Where the images are.
    experiment.data.source = "data/birds"
    # Some hundred images are too few for a MobileNet that begins with nothing:
    # of ten wild cats it told 0.30. A dense layer on a network that has seen
    # photographs needs larger steps, and many of them. Colour is what species
    # differ in, so no tints. Costs a pass through that network, forwards and
    # back, in every step.
    experiment.classifier = config.ClassifierConfig(
        architecture="photographs",
        epochs=30,
        variations=True,
        batch_size=16,
        learning_rate=0.01,
    )
    return experiment
