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
        # As in the paper, the generator is told the classifier's answer. Costs
        # certainty: it may draw the class from that answer alone, which the
        # label-only swap measures (docs/method.md).
        model=config.ModelConfig(conditioning="probabilities"),
        # Attributes are selected by the paper's Algorithm 1, and edits go to
        # the extreme values of all images. Costs realism: some edits may no
        # longer look like a real image.
        attributes=config.AttributesConfig(preset="paper"),
    )
