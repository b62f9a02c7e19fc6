r"""Heads of cats and dogs, 64 px, on two cores.

    ./bazelw run //stylex_tf:train -- --config=configs/cats_dogs_64.py \
        --config.data.source=FOLDER

FOLDER (or a zip) has a sub-folder of cats and one of dogs. Trained in two parts
(docs/domains.md), the classifier agrees with 0.981 of the reconstructions, and
two attributes flip 0.927 of the decisions: marks on the forehead, and a dark
muzzle. The sibling at 256 px, with the paper's settings, is cats_dogs.py.
"""

from configs import photographs
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = photographs.get_config()
    experiment.name = "cats_dogs_64"
    # Where the images are.
    experiment.data.source = "data/cats_dogs"
    # With the settings of photographs.py a coloured light on the forehead
    # turned the classifier's decision, and a second classifier did not agree.
    # Three changes leave less of that: the classifier is trained on every tint,
    # the discriminator weighs more, and so does the loss by which the searched
    # coordinates carry the class. Costs accuracy (0.974 in place of 0.987) and
    # likeness (a perceptual distance of 0.233 in place of 0.205):
    # docs/domains.md.
    experiment.classifier.tints = True
    experiment.loss.adversarial = 0.5
    experiment.loss.remainder = 2.0
    return experiment
