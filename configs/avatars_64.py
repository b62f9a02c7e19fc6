"""DiceBear "toon-head" avatars, 64 px; class 1 is a beard or a laugh.

    ./bazelw run //stylex_tf:train -- --config=configs/avatars_64.py

74 minutes on 2 CPU cores, 1.7 GB. Nothing was measured since held-out sets are
cut by content (docs/evaluation.md).

Avatars by Johan Melin (CC BY 4.0), drawn by DiceBear.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "avatars_64"
    # Two causes that are drawn apart: either makes class 1.
    experiment.data = config.DataConfig(
        source="avatars", causes=("beard", "mouth=laugh"), rule="any"
    )
    # Images of twice the quick start's side, with as many channels in the last
    # layer. Costs time and memory, since an image has four times the pixels.
    experiment.model.resolution = 64
    experiment.model.channel_base = 1024
    # Avatars have more parts than the quick start's faces. Costs a longer
    # search, in proportion to the coordinates.
    experiment.model.style_width = 6
    # Eyes and mouths are a few pixels, which the perceptual distance notices
    # and L1 hardly does. Costs no time, but L1 counts for less beside it.
    experiment.loss.perceptual = 20.0
    # The perceptual distance weighs ten times the quick start's, so the
    # classifier's answer has to weigh more beside it. Costs likeness, if it is
    # too much (docs/configs.md).
    experiment.loss.classification = 1.0
    # Half the quick start's batch means more steps, and less memory. Costs
    # time: the whole run takes 74 minutes on two cores.
    experiment.training.batch_size = 16
    experiment.training.total_images = 152_000
    return experiment
