"""Macular edema in fundus photographs, 256 px, the paper's hyper-parameters.

    ./bazelw run //stylex_tf:train -- --config=configs/retina_dme.py

Not trained here. Expects Messidor-2 in data/messidor2: images in any folders
and messidor_data.csv with the column adjudicated_dme; elsewhere:
--config.data.source=FOLDER. For EyePACS: --config.data.label="level>=2", which
is referable retinopathy. The split is random and by image, so that the two
eyes of a patient can be on both sides. Not for diagnosis. The sibling at
64 px is retina_64.py.
"""

from configs import paper
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = paper.get_config()
    experiment.name = "retina_dme"
    # Referable edema, as the graders agreed on it.
    experiment.data = config.DataConfig(
        source="data/messidor2",
        layout="graded",
        label="adjudicated_dme>=1",
    )
    return experiment
