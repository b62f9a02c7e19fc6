"""A shortcut: class 1 is an open mouth, and in training nearly always blond.

    ./bazelw run //stylex_tf:train -- --config=configs/worlds/shortcut.py

Trained once, by an earlier version, and not since; docs/bias.md has
figures of then, which are too good.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "shortcut"
    # In 90 % of the training images blond hair goes along with the cause,
    # and 10 % of the labels are wrong: the hair is then worth looking at.
    experiment.data = config.DataConfig(
        source="faces",
        causes=("open_mouth",),
        shortcut="hair=blond",
        shortcut_share=0.9,
        label_noise=0.1,
    )
    # One cause and one shortcut are learnt as early as the cause of
    # one_cause.py, so two thirds of the quick start's images are enough. Costs
    # some quality, which longer training would still improve.
    experiment.training.total_images = 100_000
    return experiment
