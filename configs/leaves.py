"""Healthy and sick leaves of PlantVillage, 256 px, the paper's parameters.

    ./bazelw run //stylex_tf:train -- --config=configs/leaves.py

Not trained here. Expects the folders <Plant>___<disease> in data/plantvillage
(of color/, grayscale/ and segmented/, one); elsewhere:
--config.data.source=FOLDER. The split is random and by image; the data has
several pictures of some leaves. The sibling that was trained, at 64 px, is
leaves_64.py.
"""

from configs import paper
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = paper.get_config()
    experiment.name = "leaves"
    # Its folders name plant and disease: healthy against the rest.
    experiment.data = config.DataConfig(
        source="data/plantvillage", layout="plant_village"
    )
    return experiment
