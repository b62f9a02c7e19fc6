"""DiceBear "pixel-art" avatars, 32 px; class 1 is glasses or a smile.

    ./bazelw run //stylex_tf:train -- --config=configs/pixel_art_32.py

Not trained yet.

Avatars by DiceBear (CC0 1.0).
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "pixel_art_32"
    experiment.data = config.DataConfig(
        source="pixel_art", causes=("glasses", "mouth=smile"), rule="any"
    )
    experiment.model.style_width = 6
    experiment.loss.perceptual = 5.0
    experiment.loss.classification = 1.0
    experiment.training.batch_size = 16
    experiment.training.total_images = 100_000
    # The ends inside what three in ten images have, as glasses and smiles are.
    experiment.attributes.range_width = 15.0
    return experiment
