r"""Perceived age, 256 px: a classifier of CelebA, explained on FFHQ.

    ./bazelw run //stylex_tf:train_classifier -- --data=data/celeba \
        --layout=celeba --label=Young --resolution=256 \
        --architecture=mobilenet --output=classifiers/perceived_age
    ./bazelw run //stylex_tf:train -- --config=configs/perceived_age.py

Not trained here (perceived_age_64.py is); the hyper-parameters are the paper's.
Expects CelebA in data/celeba (img_align_celeba/, list_attr_celeba.txt) and FFHQ
in data/ffhq (images in any sub-folders); elsewhere: --data and
--config.data.source. FFHQ has no labels, so the classifier's accuracy is not in
the report. What it has learned is the opinion of CelebA's annotators, not a
fact about anybody.
"""

from configs import perceived_gender
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = perceived_gender.get_config()
    experiment.name = "perceived_age"
    # The classes, and their classifier, are those of another attribute.
    experiment.data.classes = ("not Young", "Young")
    experiment.classifier.path = "classifiers/perceived_age/classifier.keras"
    return experiment
