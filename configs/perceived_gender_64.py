r"""Perceived gender on faces of UTKFace, 64 px, on two cores.

    ./bazelw run //stylex_tf:train -- --config=configs/perceived_gender_64.py \
        --config.data.source=FOLDER

FOLDER (or a zip) has the images, and a .csv with their names and a column
"gender", 1 for those labelled female. The labels are estimates that people
checked: what is explained is how people label faces, not a fact about anybody.
After 19 minutes for the classifier and 45 for the rest, on one core, the
classifier agrees with 0.932 of the reconstructions, and four attributes flip
0.922 of the decisions, 0.891 of those towards "female" (one run:
docs/domains.md). UTKFace is for non-commercial
research, so no model ships. The sibling at 256 px, with the paper's settings,
is perceived_gender.py.
"""

from configs import cats_dogs_64
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    # The settings of cats and dogs; nothing was tuned on faces.
    experiment = cats_dogs_64.get_config()
    experiment.name = "perceived_gender_64"
    # Where the images are, and what divides them.
    experiment.data.source = "data/faces"
    experiment.data.layout = "graded"
    experiment.data.label = "gender>=1"
    return experiment
