"""The quick start: a world whose truth is known, 32 px, minutes on a laptop.

    ./bazelw run //stylex_tf:train

19 to 33 minutes on one thread of a CPU core that others shared, 1.3 GB.
Six seeds: agreement of image and reconstruction 1.000, both causes among the
first four attributes, decisions flipped by the first two 1.000 (random
coordinates 0.05 to 0.09): benchmarks/results/quickstart.json and
quickstart_later_seeds.json.

Not the paper's settings: reconstruction weighs first, few style coordinates
carry the image and are exchanged between images, and the generator is not told
the label; docs/method.md says why. `--config.model.style_width=0
--config.model.conditioning=probabilities --config.training.style_exchange=0` is
the paper's way.
"""

from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    return config.ExperimentConfig(
        name="quickstart",
        # Two causes that are drawn apart: either makes class 1.
        data=config.DataConfig(
            source="faces", causes=("glasses", "open_mouth"), rule="any"
        ),
        # Two epochs are enough for drawn faces: the classifier is right on all
        # held-out images. Costs no accuracy here; other images need more.
        classifier=config.ClassifierConfig(epochs=2),
        model=config.ModelConfig(
            # Drawings are simple, so small networks are enough, and two CPU
            # cores can train them. Costs fine detail, which photographs need.
            resolution=32,
            channel_base=512,
            channel_max=64,
            w_dim=64,
            z_dim=64,
            mapping_layers=4,
            # The image is made from 28 style coordinates that each change a
            # lot, in place of 336 that each change little. Costs some likeness:
            # the L1 distance is 0.072 in place of 0.058
            # (docs/experiments/style_width.md).
            style_width=4,
        ),
        loss=_losses(),
        training=config.TrainingConfig(
            # This took 19 to 33 minutes on one busy core; the paper's four
            # million images would take 27 times as long. Costs some quality;
            # how much was not measured.
            total_images=150_000,
            # The steps are few, so each is larger than the paper's: twice the
            # batch and twice the learning rate. Costs memory for twice the
            # images.
            batch_size=32,
            learning_rate=0.004,
            # Three sampled images in four mix the styles of two real images,
            # which teaches each coordinate to mean the same whatever the others
            # are. Costs likeness of the reconstructions if raised further
            # (docs/method.md).
            style_exchange=0.75,
            # The training is short, so the averaged weights, which are the ones
            # that are used, must soon forget its beginning. Costs smoothness of
            # the average.
            ema_half_life_images=3_000,
        ),
        # The networks that read the factors from a picture learn drawings well
        # in three epochs. Costs them some accuracy, which the evaluation
        # states.
        evaluation=config.EvaluationConfig(regressor_epochs=3),
    )


def _losses() -> config.LossConfig:
    return config.LossConfig(
        # Training takes only minutes. A strong L1 and a weak discriminator keep
        # the parts that the classifier may look at. Costs sharpness.
        adversarial=0.5,
        l1=20.0,
        # These images have 64 times fewer pixels than the paper's, so the
        # discriminator needs less restraint. Costs safety: it may win against
        # the generator, of which the run would warn.
        r1=1.0,
        # Without this loss no second derivative of the generator has to be
        # computed, which saves time. Costs an even effect of w on the picture;
        # how much was not measured.
        path_length=0.0,
        # Small parts change few pixels, which L1 hardly notices and the
        # perceptual distance does. Costs no time, since the default weight
        # needs the same features.
        perceptual=2.0,
        # The encoder has to read the styles back from a generated image, where
        # the paper's reads back w: style_exchange needs that. Costs likeness if
        # raised further: the L1 distance was 0.086 with 2, and 0.105 with 5
        # (docs/experiments/style_exchange.md).
        w_reconstruction=0.0,
        style_reconstruction=2.0,
        # Half the paper's weight is enough for an agreement of 1.000 here, and
        # leaves more weight to the picture. Costs agreement where images are
        # harder, for which sneaker_boot_32 sets twice as much.
        classification=0.5,
    )
