"""Cats and dogs of AFHQ, 256 px, with the paper's hyper-parameters.

    ./bazelw run //stylex_tf:train -- --config=configs/cats_dogs.py

Not trained here. Expects AFHQ, unpacked, in data/afhq (train/cat/*.jpg, ...;
val/ or test/); elsewhere: --config.data.source=FOLDER. Its split is kept. The
sibling that was trained, at 64 px, is cats_dogs_64.py.
"""

from configs import paper
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = paper.get_config()
    experiment.name = "cats_dogs"
    # Two of the three classes; the wild animals are left out.
    experiment.data = config.DataConfig(
        source="data/afhq", classes=("cat", "dog")
    )
    return experiment
