r"""Heads of cats and dogs, 64 px, on two cores.

    ./bazelw run //stylex_tf:train -- --config=configs/cats_dogs_64.py \
        --config.data.source=FOLDER

FOLDER (or a zip) has a sub-folder of cats and one of dogs. The figures are in
docs/domains.md. The sibling at 256 px, with the paper's settings, is
cats_dogs.py.
"""

from configs import photographs
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = photographs.get_config()
    experiment.name = "cats_dogs_64"
    # Where the images are.
    experiment.data.source = "data/cats_dogs"
    return experiment
