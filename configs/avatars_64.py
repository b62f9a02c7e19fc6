"""DiceBear "toon-head" avatars, 64 px; class 1 is a beard or a laugh.

    ./bazelw run //stylex_tf:train -- --config=configs/avatars_64.py

15 minutes on 2 CPU cores, 2.0 GB, and too short: classifier accuracy 1.000,
agreement 0.773 (907 images), factor agreement 0.924 on the beard but 0.245 on
the mouth; decisions flipped by the top attribute 0.496, by the top 10 0.616
(random coordinates 0.066 and 0.407). Raise `training.total_images`.

Avatars by Johan Melin (CC BY 4.0), drawn by DiceBear.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "avatars_64"
    experiment.data = config.DataConfig(
        source="avatars", causes=("beard", "mouth=laugh"), rule="any"
    )
    experiment.model.resolution = 64
    experiment.model.channel_base = 1024
    experiment.model.style_width = 6
    # Eyes and mouths are a few pixels: the perceptual distance sees them, L1
    # hardly.
    experiment.loss.perceptual = 20.0
    experiment.loss.classification = 1.0
    experiment.training.batch_size = 16
    experiment.training.total_images = 200_000
    return experiment
