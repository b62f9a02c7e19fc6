r"""The paper's settings, 256 px: the base of its domains, and of parity.

    ./bazelw run //stylex_tf:train -- --config=configs/paper.py \
        --config.data.source=FOLDER

Not trained here. What the paper says and the schema's defaults do not is the
conditioning: the generator is told the classifier's answer, which leaks the
label (docs/method.md); the classifier is a MobileNet; and attributes are
selected by Algorithm 1.
"""

from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    return config.ExperimentConfig(
        name="paper",
        # The paper's classifier. Costs a larger network than `small_cnn`.
        classifier=config.ClassifierConfig(architecture="mobilenet"),
        # The paper's way. Costs certainty, since the class may be drawn from
        # the label: look at the label-only swap (docs/method.md).
        model=config.ModelConfig(conditioning="probabilities"),
        # The paper's Algorithm 1, and ends at the images' extremes. Costs
        # edits that may leave what looks real.
        attributes=config.AttributesConfig(preset="paper"),
    )
