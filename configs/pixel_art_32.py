"""DiceBear "pixel-art" avatars, 32 px; class 1 is glasses or a smile.

    ./bazelw run //stylex_tf:train -- --config=configs/pixel_art_32.py

Not trained yet. The settings are the quick start's.

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
    return experiment
