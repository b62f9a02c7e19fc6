r"""Photographs at 64 px, on a machine without a GPU.

    ./bazelw run //stylex_tf:train -- --config=configs/photographs.py \
        --config.data.source=FOLDER --config.classifier.path=FILE

FOLDER has one sub-folder a class; FILE is a .keras, .h5 or .onnx file, or the
folder of a SavedModel. Without a FILE a MobileNet is trained on the folder.

What differs from quickstart.py and why is said beside each value; what it gave,
and what was tried, is in docs/photographs.md. A few thousand photographs teach
an encoder and a discriminator little, so both start from the features of a
network that has seen photographs, and reconstruction comes before everything
else.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "photographs"
    # Every class is drawn equally often, and half of the images are mirrored.
    # Costs the difference between left and right, so that no attribute can be
    # about it (--config.data.mirror=false keeps it). Images of a small class
    # are seen more often than others.
    experiment.data = config.DataConfig(balanced=True, mirror=True)
    # A MobileNet that starts from random weights memorises a few thousand
    # photographs unless they are varied; then it needs more epochs. Costs 7
    # minutes for 2,847 leaves on one core (docs/photographs.md).
    experiment.classifier = config.ClassifierConfig(
        architecture="mobilenet", epochs=30, variations=True
    )
    # The default in place of the quick start's 3 epochs, which are enough for
    # drawings only. Costs 3 more epochs for the networks that read the factors,
    # where the data says what the factors are; otherwise nothing.
    experiment.evaluation = config.EvaluationConfig()
    experiment.model = config.ModelConfig(
        # Networks small enough for two CPU cores: they train on 17 images a
        # second on one core (docs/experiments/photographs_trials.md). Costs the
        # detail that images of 256 px would show.
        resolution=64,
        channel_base=2048,
        channel_max=128,
        w_dim=256,
        z_dim=256,
        mapping_layers=4,
        # A photograph needs 288 style coordinates to be rebuilt. Only 36 of
        # them are searched, and loss.remainder makes the classifier's answer
        # follow those 36. Costs any attribute that lies in the other 252.
        style_width=32,
        searched_width=4,
        # A map of 16 x 16 places with 4 numbers each tells the generator where
        # things are. Without it reconstructions are soft and look alike; with 2
        # numbers each, small spots are lost. Costs attributes that are about
        # places, since this map is not searched.
        spatial_resolution=16,
        spatial_channels=4,
        # Encoder and discriminator look at features of a network that has seen
        # many photographs, since a few thousand teach them too little. Costs
        # room: every export holds the 534,464 weights of that network.
        backbone="photographs",
    )
    _weigh(experiment.loss)
    _pace(experiment.training)
    return experiment


def _weigh(loss: config.LossConfig) -> None:
    # The perceptual distance compares feature maps that the encoder needs
    # anyway, so that little more is computed. Costs these features as an
    # independent measure: training makes exactly this distance small, so the
    # evaluation compares other features (runs/second_opinion.py).
    loss.perceptual_features = "photographs"
    loss.perceptual = 5.0
    # Half of the quick start's weight: where single pixels weigh too much,
    # photographs become blurred blobs. Costs a larger difference of single
    # pixels (L1) between image and reconstruction.
    loss.l1 = 10.0
    # With ten times as much the generator painted what the classifier wants to
    # see, and reconstructions no longer looked like their images. Costs
    # agreement: it was 0.88 with 0.5, and 0.93 with ten times as much
    # (docs/experiments/photographs_trials.md).
    loss.classification = 0.5
    # Asks that the searched coordinates alone carry the classifier's answer:
    # the rest of the code is taken from an image of another class. Without this
    # and the loss above, nothing was listed (docs/photographs.md). Costs what
    # the classifier sees elsewhere: an edit may do in colour or light what the
    # image has in shape (docs/domains.md).
    loss.remainder = 0.5
    # A tenth of the default weight, and twice the default R1: a discriminator
    # on the features of a trained network wins from its first step. Costs
    # realism: some edits look less real, such as a coloured light on a forehead
    # (docs/domains.md).
    loss.adversarial = 0.1
    loss.r1 = 20.0


def _pace(training: config.TrainingConfig) -> None:
    # Training continues a shipped model that can already rebuild photographs,
    # and needs 4,000 images to get used to yours. Without it (an empty
    # --config.training.initialize_from=) set reconstruction_images to 12,000
    # and spatial_dropout to 0.25. Costs 33 minutes on one core; photographs
    # that the shipped model was trained on are no fair test images.
    training.initialize_from = "base_64"
    training.reconstruction_images = 4_000
    training.total_images = 28_000
    # Smaller batches make more steps of the same number of images. Costs
    # steadiness: each step is noisier, which is why the learning rate is half
    # the paper's.
    training.batch_size = 8
    training.learning_rate = 0.001
    # One image in eight is rebuilt without its spatial code. Otherwise that
    # code alone would rebuild the images, and the style coordinates would not
    # be used. Costs detail in the reconstructions.
    training.spatial_dropout = 0.125
    # Every sampled image mixes the styles of two real images; none is made of
    # random numbers (z). Costs the ability to draw new images from z, which for
    # a long time look like no photograph anyway.
    training.style_exchange = 1.0
    # Adam averages the noisy gradients of small batches over steps, which helps
    # where the loss is mostly reconstruction. Costs speed against the
    # discriminator: the generator answers it later than with the paper's 0.
    training.beta_1 = 0.5
    # The training is short, so the averaged weights, which are the ones that
    # are used, must soon forget its beginning. Costs smoothness of the average.
    training.ema_half_life_images = 3_000
    training.ema_share = 0.05
