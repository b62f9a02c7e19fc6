r"""Your images and your classifier.

    ./bazelw run //stylex_tf:train -- --config=configs/custom.py \
        --config.data.source=FOLDER --config.classifier.path=FILE

FOLDER has one sub-folder a class; FILE is a .keras or .h5 file, or the folder
of a SavedModel. Without a FILE a small classifier is trained on the folder.

The losses weigh reconstruction first, and few style coordinates carry the
image, as in quickstart.py, which says why. Raise `total_images` for large or
varied data: the paper saw 4 million images at 256 px.
"""

from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    return config.ExperimentConfig(
        name="custom",
        model=config.ModelConfig(
            resolution=64,
            channel_base=2048,
            channel_max=128,
            w_dim=128,
            z_dim=128,
            style_width=8,
            conditioning="none",
        ),
        loss=config.LossConfig(
            adversarial=0.2,
            r1=1.0,
            path_length=0.0,
            l1=20.0,
            perceptual=2.0,
            w_reconstruction=0.0,
            classification=0.5,
        ),
        training=config.TrainingConfig(
            total_images=400_000,
            batch_size=32,
            learning_rate=0.004,
            ema_half_life_images=3_000,
        ),
    )
