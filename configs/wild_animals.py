"""Cats, dogs and wild animals of AFHQ, 256 px, the paper's hyper-parameters.

    ./bazelw run //stylex_tf:train -- --config=configs/wild_animals.py

Not trained here. Expects AFHQ, unpacked, in data/afhq (train/wild/*.jpg, ...;
val/ or test/); elsewhere: --config.data.source=FOLDER. Its split is kept. The
sibling that was tried, at 64 px, is wild_cats_64.py.
"""

from configs import paper
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = paper.get_config()
    experiment.name = "wild_animals"
    # All three classes.
    experiment.data = config.DataConfig(
        source="data/afhq", classes=("cat", "dog", "wild")
    )
    return experiment
