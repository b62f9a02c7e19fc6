r"""Your images and your classifier.

    ./bazelw run //stylex_tf:train -- --config=custom \
        --config.data.source=FOLDER --config.classifier.path=FILE

FOLDER has one sub-folder a class; FILE is a .keras, .h5 or .onnx file, or the
folder of a SavedModel. Without a FILE a small classifier is trained on the
folder.

The losses are those of quickstart.py, which says why they are not the paper's.
Raise `total_images` for large or varied data: the paper saw 4 million images
at 256 px.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "custom"
    # The defaults in place of the quick start's settings for drawn faces, since
    # images and classifier are yours. Costs three more epochs, where a
    # classifier is trained.
    experiment.data = config.DataConfig()
    experiment.classifier = config.ClassifierConfig()
    experiment.evaluation = config.EvaluationConfig()
    experiment.model = config.ModelConfig(
        # Images of twice the quick start's side, and networks of twice the
        # width. Costs time: a step takes several times as long.
        resolution=64,
        channel_base=2048,
        channel_max=128,
        w_dim=128,
        z_dim=128,
        # Twice the quick start's style coordinates, since your images may vary
        # in more ways. Costs a longer search, in proportion to the coordinates.
        style_width=8,
    )
    # Most images need longer than drawings do; the validations show when it is
    # enough (docs/training.md). Costs more than twice the quick start's steps.
    experiment.training.total_images = 400_000
    return experiment
