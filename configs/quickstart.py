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
        data=config.DataConfig(
            source="faces", causes=("glasses", "open_mouth"), rule="any"
        ),
        classifier=config.ClassifierConfig(epochs=2),
        model=config.ModelConfig(
            resolution=32,
            channel_base=512,
            channel_max=64,
            w_dim=64,
            z_dim=64,
            mapping_layers=4,
            style_width=4,
            conditioning="none",
        ),
        loss=config.LossConfig(
            adversarial=0.5,
            r1=1.0,
            path_length=0.0,
            l1=20.0,
            perceptual=2.0,
            w_reconstruction=0.0,
            style_reconstruction=2.0,
            classification=0.5,
        ),
        training=config.TrainingConfig(
            total_images=150_000,
            batch_size=32,
            learning_rate=0.004,
            style_exchange=0.75,
            ema_half_life_images=3_000,
        ),
        evaluation=config.EvaluationConfig(regressor_epochs=3),
    )
