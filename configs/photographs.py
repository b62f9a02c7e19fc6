r"""Photographs at 64 px, on a machine without a GPU.

    ./bazelw run //stylex_tf:train -- --config=configs/photographs.py \
        --config.data.source=FOLDER --config.classifier.path=FILE

FOLDER has one sub-folder a class; FILE is a .keras or .h5 file, or the folder
of a SavedModel. Without a FILE a MobileNet is trained on the folder.

What differs from quickstart.py and why is said beside each value; what was
tried is in docs/photographs.md. A few thousand photographs teach an encoder
and a discriminator little, so both start from the features of a network that
has seen photographs, and reconstruction comes before everything else.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "photographs"
    # As many images of every class, and mirrored ones as well; where left and
    # right have a meaning: --config.data.mirror=false.
    experiment.data = config.DataConfig(balanced=True, mirror=True)
    # A MobileNet from nothing learns a few thousand photographs by heart,
    # unless it sees them varied, and often.
    experiment.classifier = config.ClassifierConfig(
        architecture="mobilenet", epochs=30, variations=True
    )
    experiment.evaluation = config.EvaluationConfig()
    experiment.model = config.ModelConfig(
        resolution=64,
        channel_base=2048,
        channel_max=128,
        w_dim=256,
        z_dim=256,
        mapping_layers=4,
        # 288 coordinates hold a photograph, of which 36 are searched: the
        # classifier's answer has to follow these (loss.remainder).
        style_width=32,
        searched_width=4,
        # What is where: without it reconstructions are soft and alike. Four
        # channels are 1,024 numbers; with two, small spots are lost.
        spatial_resolution=16,
        spatial_channels=4,
        backbone="photographs",
    )
    loss = experiment.loss
    loss.perceptual_features = "photographs"
    loss.perceptual = 5.0
    # Half of quickstart's: pixels alone make blobs.
    loss.l1 = 10.0
    # Five times as much made the generator paint what the classifier wants to
    # see, and forget the picture.
    loss.classification = 0.5
    loss.remainder = 0.5
    # The discriminator on frozen features is strong from its first step.
    loss.adversarial = 0.1
    loss.r1 = 20.0
    training = experiment.training
    # A model that reconstructs photographs already; its encoder gets used to
    # yours. From nothing (initialize_from=) three times as many images are
    # needed of reconstruction alone, and a spatial_dropout of 0.25.
    training.initialize_from = "base_64"
    training.reconstruction_images = 4_000
    training.total_images = 28_000
    # Small batches are more steps of the same images.
    training.batch_size = 8
    training.learning_rate = 0.001
    # The spatial code alone would be enough to reconstruct, and the style
    # coordinates would never be used. More of it costs detail.
    training.spatial_dropout = 0.125
    # Nothing is drawn from z: there is no use for it here, and what is drawn
    # looks like no photograph for long.
    training.style_exchange = 1.0
    # The mean over steps that small batches need, for a loss that is mostly
    # reconstruction.
    training.beta_1 = 0.5
    training.ema_half_life_images = 3_000
    training.ema_share = 0.05
    return experiment
