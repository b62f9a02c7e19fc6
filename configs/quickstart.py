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
        # Drawn faces need no more: it is always right on held-out ones.
        classifier=config.ClassifierConfig(epochs=2),
        model=config.ModelConfig(
            # Small networks for small drawings, so that two CPU cores do; it
            # costs the detail that photographs have.
            resolution=32,
            channel_base=512,
            channel_max=64,
            w_dim=64,
            z_dim=64,
            mapping_layers=4,
            # 28 coordinates that each do much, in place of 336 that each do
            # little. It costs some L1: 0.072 to 0.058 (docs/method.md).
            style_width=4,
            conditioning="none",
        ),
        loss=config.LossConfig(
            # In runs of minutes much L1 and little of the discriminator keep
            # the parts that the classifier may look at; it costs sharpness.
            adversarial=0.5,
            l1=20.0,
            # Less to hold back, in images of 64 times fewer pixels.
            r1=1.0,
            # Saves a second derivative of the generator; not compared.
            path_length=0.0,
            # Small parts change few pixels, which L1 hardly sees.
            perceptual=2.0,
            # Styles are read back in place of w: style_exchange needs it.
            w_reconstruction=0.0,
            style_reconstruction=2.0,
            # Enough for an agreement of 1.000, and more of the picture.
            classification=0.5,
        ),
        training=config.TrainingConfig(
            # 18 minutes on two cores.
            total_images=150_000,
            # Larger and faster steps, since there are few of them.
            batch_size=32,
            learning_rate=0.004,
            # A coordinate means one thing, whatever the others are. More of
            # it costs reconstruction (docs/method.md).
            style_exchange=0.75,
            # A short training: the averages must forget its beginning.
            ema_half_life_images=3_000,
        ),
        # Factors of drawings are read well after three; how well, the
        # evaluation says.
        evaluation=config.EvaluationConfig(regressor_epochs=3),
    )
