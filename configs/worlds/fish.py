"""Four classes: a crest, else a spot, else barbels, else none of them.

    ./bazelw run //stylex_tf:train -- --config=configs/worlds/fish.py

A quarter of the images each. To be explained from one class to another:
docs/search.md.

Not trained yet. docs/worlds.md describes the world.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "fish"
    # A class for each cause, and one for none; four classes need more images
    # than the default. Costs a longer rendering, and longer epochs.
    experiment.data = config.DataConfig(
        source="fish",
        causes=("crest", "spot", "barbels"),
        rule="each",
        rendered_images=20_000,
    )
    # Four classes are learnt later than two. Costs twice the quick start's
    # epochs.
    experiment.classifier.epochs = 4
    # More causes than the quick start's have to be learnt, as in
    # three_classes.py. Costs a third more time.
    experiment.training.total_images = 200_000
    return experiment
