r"""The quick start without the classification loss: what does the loss bring?

    ./bazelw run //stylex_tf:train
    ./bazelw run //stylex_tf:train -- \
        --config=configs/ablation_no_classification.py \
        --config.classifier.path=runs/quickstart/classifier/classifier.keras
    ./bazelw run //stylex_tf:evaluate -- --run_dir=runs/quickstart \
        --no_classification_loss_run_dir=runs/ablation_no_classification

The second run explains the first one's classifier. The third command puts its
flip rates beside the first one's, in evaluation.json and in the report, which
says in words what disappears.

Hardly anything disappears in this world, where the causes are large:
docs/configs.md has three seeds.
"""

from configs import quickstart
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = quickstart.get_config()
    experiment.name = "ablation_no_classification"
    # The loss that is left out: nothing asks the reconstruction to keep the
    # classifier's answer. Costs whatever that loss brings, which the comparison
    # of the two runs shows.
    experiment.loss.classification = 0.0
    return experiment
