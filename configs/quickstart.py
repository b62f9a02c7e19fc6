"""The quick start: a world whose truth is known, 32 px, minutes on a laptop.

    ./bazelw run //stylex_tf:train

17 to 22 minutes on one CPU core, 1.3 GB. Three seeds: agreement of image and
reconstruction 1.000, both causes among the first four attributes, decisions
flipped by the first two 1.000 (random coordinates 0.05 to 0.08):
benchmarks/results/quickstart.json.

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
        # Drawn faces need no more: it is always right on held-out ones. Costs
        # nothing that was seen.
        classifier=config.ClassifierConfig(epochs=2),
        model=config.ModelConfig(
            # Small networks for small drawings, so that two CPU cores do. Costs
            # the detail that photographs have.
            resolution=32,
            channel_base=512,
            channel_max=64,
            w_dim=64,
            z_dim=64,
            mapping_layers=4,
            # 28 coordinates that each do much, in place of 336 that each do
            # little. Costs some L1: 0.072, where all have 0.058
            # (docs/experiments/style_width.md).
            style_width=4,
        ),
        loss=_losses(),
        training=config.TrainingConfig(
            # 17 to 22 minutes on one core; the paper's four million would take
            # 27 times as long. Costs what was not measured: what they bring.
            total_images=150_000,
            # Larger and faster steps, since there are few of them. Costs the
            # memory of twice the paper's batch.
            batch_size=32,
            learning_rate=0.004,
            # A coordinate means one thing, whatever the others are. Costs
            # reconstruction, if there is more of it (docs/method.md).
            style_exchange=0.75,
            # A short training: the averages must forget its beginning. Costs
            # smoother averages.
            ema_half_life_images=3_000,
        ),
        # Factors of drawings are read well after three. Costs the readers some
        # accuracy; the evaluation says what they have.
        evaluation=config.EvaluationConfig(regressor_epochs=3),
    )


def _losses() -> config.LossConfig:
    return config.LossConfig(
        # In runs of minutes much L1 and little of the discriminator keep
        # the parts that the classifier may look at. Costs sharpness.
        adversarial=0.5,
        l1=20.0,
        # Less to hold back, in images of 64 times fewer pixels. Costs a
        # discriminator that may win, which a warning would tell.
        r1=1.0,
        # Saves a second derivative of the generator. Costs what was not
        # measured: how evenly w moves the picture.
        path_length=0.0,
        # Small parts change few pixels, which L1 hardly sees. Costs no
        # time: the paper's weight needs the same features.
        perceptual=2.0,
        # Styles are read back in place of w: style_exchange needs it. Costs
        # L1 where there is more: 0.086 so, 0.105 with 5
        # (docs/experiments/style_exchange.md).
        w_reconstruction=0.0,
        style_reconstruction=2.0,
        # Enough for an agreement of 1.000, and more of the picture. Costs
        # agreement where images are harder: sneaker_boot_32 has twice that.
        classification=0.5,
    )
