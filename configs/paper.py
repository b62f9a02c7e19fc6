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
        classifier=config.ClassifierConfig(architecture="mobilenet"),
        model=config.ModelConfig(conditioning="probabilities"),
        attributes=config.AttributesConfig(preset="paper"),
    )
