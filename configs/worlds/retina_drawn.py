"""Fine detail: class 1 is a few exudates of one or two pixels, 64 px.

    ./bazelw run //stylex_tf:train -- --config=configs/worlds/retina_drawn.py

The paper's announcement says that without the classification loss fine
pathology is not generated. The same without it, for the same classifier:

    ./bazelw run //stylex_tf:train -- --config=configs/worlds/retina_drawn.py \
        --run_dir=runs/retina_drawn_no_cls --config.loss.classification=0 \
        --config.classifier.path=runs/retina_drawn/classifier/classifier.keras

Exudates are 0.5 % of the pixels, and the only cause. There is no perceptual
distance, with the loss or without: its features are the classifier's own and
would bring in by the back door what the comparison leaves out.

Not trained yet. docs/worlds.md describes the world.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "retina_drawn"
    # One cause of a few pixels needs more images than the default. Costs a
    # longer rendering, and longer epochs.
    experiment.data = config.DataConfig(
        source="retina_drawn", causes=("exudates",), rendered_images=20_000
    )
    # The classifier learns to see points of one pixel late. Costs twice the
    # quick start's epochs.
    experiment.classifier.epochs = 4
    # The networks of avatars_64, the other world of 64 px. Costs time and
    # memory, since an image has four times the quick start's pixels.
    experiment.model.resolution = 64
    experiment.model.channel_base = 1024
    experiment.model.style_width = 6
    # The comparison is about the classification loss alone (see above), so the
    # perceptual distance is off. Costs detail, since that distance notices
    # small parts.
    experiment.loss.perceptual = 0.0
    experiment.loss.classification = 1.0
    # Half the quick start's batch needs less memory. Costs twice as many steps.
    experiment.training.batch_size = 16
    # As many images as the held-out worlds, so that three seeds, with the loss
    # and without, fit into four hours of a core. Costs what the last third of
    # the quick start's images would bring.
    experiment.training.total_images = 100_000
    return experiment
