r"""Photographs at 64 px, on a machine without a GPU.

    ./bazelw run //stylex_tf:train -- --config=configs/photographs.py \
        --config.data.source=FOLDER --config.classifier.path=FILE

FOLDER has one sub-folder a class; FILE is a .keras, .h5 or .onnx file, or the
folder of a SavedModel. Without a FILE a MobileNet is trained on the folder.

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
    # As many images of every class, and mirrored ones as well. Costs the sense
    # of left and right (--config.data.mirror=false keeps it), and images of a
    # small class come round more often.
    experiment.data = config.DataConfig(balanced=True, mirror=True)
    # A MobileNet from nothing learns a few thousand photographs by heart,
    # unless it sees them varied, and often. Costs 7 minutes for 2,847 leaves on
    # one core (docs/photographs.md).
    experiment.classifier = config.ClassifierConfig(
        architecture="mobilenet", epochs=30, variations=True
    )
    # As for any images. Costs three epochs more than drawings, where factors
    # are known.
    experiment.evaluation = config.EvaluationConfig()
    experiment.model = config.ModelConfig(
        # Networks for two cores: 17 images a second on one
        # (docs/photographs.md). Costs the detail that 256 px would show.
        resolution=64,
        channel_base=2048,
        channel_max=128,
        w_dim=256,
        z_dim=256,
        mapping_layers=4,
        # 288 coordinates hold a photograph, of which 36 are searched: the
        # classifier's answer has to follow these (loss.remainder). Costs the
        # attributes that the other 252 may hold.
        style_width=32,
        searched_width=4,
        # What is where: without it reconstructions are soft and alike. Four
        # channels are 1,024 numbers; with two, small spots are lost. Costs the
        # places of things, which are not searched.
        spatial_resolution=16,
        spatial_channels=4,
        # A few thousand photographs teach these networks little. Costs its
        # 534,464 numbers in every export.
        backbone="photographs",
    )
    _weigh(experiment.loss)
    _pace(experiment.training)
    return experiment


def _weigh(loss: config.LossConfig) -> None:
    # The maps that the encoder looks at anyway, so little more is computed.
    # Costs a judge: training makes just these distances small.
    loss.perceptual_features = "photographs"
    loss.perceptual = 5.0
    # Half of quickstart's: pixels alone make blobs. Costs L1.
    loss.l1 = 10.0
    # Ten times as much made the generator paint what the classifier wants to
    # see, and forget the picture. Costs agreement: 0.88 so, 0.93 with that
    # (the trials of docs/photographs.md).
    loss.classification = 0.5
    loss.remainder = 0.5
    # The discriminator on frozen features is strong from its first step. Costs
    # edits that look less real: a light on a forehead (docs/domains.md).
    loss.adversarial = 0.1
    loss.r1 = 20.0


def _pace(training: config.TrainingConfig) -> None:
    # A model that reconstructs photographs already; its encoder gets used to
    # yours. From nothing (initialize_from=) three times as many images are
    # needed of reconstruction alone, and a spatial_dropout of 0.25. Costs 33
    # minutes on one core, and what the base has seen cannot be held out.
    training.initialize_from = "base_64"
    training.reconstruction_images = 4_000
    training.total_images = 28_000
    # Small batches are more steps of the same images. Costs noisier steps, so
    # the rate is half the paper's.
    training.batch_size = 8
    training.learning_rate = 0.001
    # The spatial code alone would be enough to reconstruct, and the style
    # coordinates would never be used. Costs detail.
    training.spatial_dropout = 0.125
    # Every sampled image is an exchange between two real ones. Costs pictures
    # that are drawn from z, which look like no photograph for long anyway.
    training.style_exchange = 1.0
    # The mean over steps that small batches need, for a loss that is mostly
    # reconstruction. Costs a slower answer to the discriminator, which the
    # paper's 0 avoids.
    training.beta_1 = 0.5
    # A short training: the averages must forget its beginning. Costs smoother
    # averages.
    training.ema_half_life_images = 3_000
    training.ema_share = 0.05
