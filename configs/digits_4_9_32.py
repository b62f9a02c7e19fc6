"""Handwriting: what tells a 4 from a 9, MNIST, 32 px.

    ./bazelw run //stylex_tf:train -- --config=configs/digits_4_9_32.py

Not trained yet. The settings are the quick start's. MNIST is downloaded where
it is not there; --config.data.source=FOLDER takes its four idx files.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "digits_4_9_32"
    experiment.data = config.DataConfig(source="mnist", classes=("4", "9"))
    experiment.classifier.epochs = 5
    return experiment
