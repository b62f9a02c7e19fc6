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
    # Nothing of the quick start's world: images and classifier are yours. Costs
    # three epochs more, where a classifier is trained.
    experiment.data = config.DataConfig()
    experiment.classifier = config.ClassifierConfig()
    experiment.evaluation = config.EvaluationConfig()
    experiment.model = config.ModelConfig(
        # Twice the quick start's side, and networks of twice the width. Costs
        # several times as much a step.
        resolution=64,
        channel_base=2048,
        channel_max=128,
        w_dim=128,
        z_dim=128,
        # More room for what varies in your images. Costs a longer search, in
        # proportion to the coordinates.
        style_width=8,
    )
    # Unknown images need longer than drawings; validation says when it is
    # enough (docs/training.md). Costs more than twice the quick start's steps.
    experiment.training.total_images = 400_000
    return experiment
