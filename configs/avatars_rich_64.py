"""DiceBear "avataaars" avatars, 64 px; class 1 is glasses or facial hair.

    ./bazelw run //stylex_tf:train -- --config=configs/avatars_rich_64.py

66 minutes on 2 CPU cores, 2.0 GB. Nothing was measured since held-out sets are
cut by content (docs/evaluation.md); seen before: a shaved beard leaves stubble.

The settings are those of avatars_64.

Avatars by Pablo Stanley (free for personal and commercial use), drawn by
DiceBear.
"""

from configs import avatars_64
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = avatars_64.get_config()
    experiment.name = "avatars_rich_64"
    # Two causes of two kinds each: either makes class 1.
    experiment.data = config.DataConfig(
        source="avataaars", causes=("glasses", "facial_hair"), rule="any"
    )
    return experiment
