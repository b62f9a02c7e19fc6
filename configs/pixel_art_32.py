"""DiceBear "pixel-art" avatars, 32 px; class 1 is glasses or a smile.

    ./bazelw run //stylex_tf:train -- --config=configs/pixel_art_32.py

48 minutes on 1 CPU core that the tests used as well, 1.2 GB. Nothing was
measured since held-out sets are cut by content (docs/evaluation.md).

Avatars by DiceBear (CC0 1.0).
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "pixel_art_32"
    # Two causes that are drawn apart: either makes class 1.
    experiment.data = config.DataConfig(
        source="pixel_art", causes=("glasses", "mouth=smile"), rule="any"
    )
    # More parts than the quick start's faces have. Costs a longer search.
    experiment.model.style_width = 6
    # A smile is a few pixels, which the perceptual distance notices and L1
    # hardly does. Costs no time, but L1 counts for less beside it.
    experiment.loss.perceptual = 5.0
    # The perceptual distance weighs more than twice the quick start's, so the
    # classifier's answer has to weigh more beside it. Costs likeness, if it is
    # too much (docs/configs.md).
    experiment.loss.classification = 1.0
    # Half the quick start's batch and two thirds of its images: more steps of
    # fewer images. Costs time: the run took 48 minutes on one shared core.
    experiment.training.batch_size = 16
    experiment.training.total_images = 100_000
    return experiment
