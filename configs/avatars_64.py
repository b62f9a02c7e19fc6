"""DiceBear "toon-head" avatars, 64 px; class 1 is a beard or a smile.

    ./bazelw run //stylex_tf:train -- --config=configs/avatars_64.py

Avatars by Johan Melin (CC BY 4.0), drawn by DiceBear.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "avatars_64"
    experiment.data = config.DataConfig(
        source="avatars", causes=("beard", "mouth=smile"), rule="any"
    )
    experiment.model.resolution = 64
    experiment.model.channel_base = 1024
    experiment.training.total_images = 60_000
    return experiment
