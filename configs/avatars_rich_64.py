"""DiceBear "avataaars" avatars, 64 px; class 1 is glasses or facial hair.

    ./bazelw run //stylex_tf:train -- --config=configs/avatars_rich_64.py

Not trained yet. The settings are the quick start's.

Avatars by Pablo Stanley (free for personal and commercial use), drawn by
DiceBear.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "avatars_rich_64"
    experiment.data = config.DataConfig(
        source="avataaars", causes=("glasses", "facial_hair"), rule="any"
    )
    experiment.model.resolution = 64
    experiment.model.channel_base = 1024
    experiment.model.style_width = 6
    # Eyes and mouths are a few pixels, as in avatars_64.
    experiment.loss.perceptual = 20.0
    experiment.loss.classification = 1.0
    experiment.training.batch_size = 16
    experiment.training.total_images = 152_000
    experiment.attributes.range_width = 15.0
    return experiment
