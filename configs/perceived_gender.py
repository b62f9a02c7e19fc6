r"""Perceived gender, 256 px: a classifier of CelebA, explained on FFHQ.

    ./bazelw run //stylex_tf:train_classifier -- --data=data/celeba \
        --layout=celeba --label=Male --resolution=256 \
        --architecture=mobilenet --output=classifiers/perceived_gender
    ./bazelw run //stylex_tf:train -- --config=configs/perceived_gender.py

Not trained here (perceived_gender_64.py is); the hyper-parameters are the
paper's. Expects CelebA in data/celeba (img_align_celeba/, list_attr_celeba.txt)
and FFHQ in data/ffhq (images in any sub-folders); elsewhere: --data and
--config.data.source. FFHQ has no labels, so the classifier's accuracy is not in
the report. What it has learned is the opinion of CelebA's annotators, not a
fact about anybody.
"""

from configs import paper
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = paper.get_config()
    experiment.name = "perceived_gender"
    # FFHQ has no labels: the classifier, trained on CelebA, gives classes.
    experiment.data = config.DataConfig(
        source="data/ffhq",
        layout="unlabelled",
        classes=("not Male", "Male"),
    )
    experiment.classifier = config.ClassifierConfig(
        path="classifiers/perceived_gender/classifier.keras"
    )
    return experiment
