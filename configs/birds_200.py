"""200 species of birds, CUB-200-2011, 256 px, the paper's hyper-parameters.

    ./bazelw run //stylex_tf:train -- --config=configs/birds_200.py

Not trained here. Expects CUB_200_2011.tgz, unpacked, in data/cub (CUB_200_2011/
and attributes.txt beside it); elsewhere: --config.data.source=FOLDER. Its split
is kept, and images are cropped to the birds. The attributes below are known of
every image, for the evaluation to say which of them an edit moves. The sibling
that was trained, at 64 px, is birds_64.py.
"""

from configs import paper
from stylex_tf import config


def get_config() -> config.ExperimentConfig:
    """Returns the experiment."""
    experiment = paper.get_config()
    experiment.name = "birds_200"
    # Twelve of the data set's 312 attributes are compared with what an edit
    # moves. Costs a little time for each, and leaves the other 300 unmeasured.
    experiment.data = config.DataConfig(
        source="data/cub",
        layout="cub",
        factors=(
            "has_bill_shape::dagger",
            "has_bill_shape::cone",
            "has_bill_length::longer_than_head",
            "has_crown_color::black",
            "has_crown_color::red",
            "has_wing_color::blue",
            "has_wing_pattern::striped",
            "has_breast_pattern::striped",
            "has_belly_color::yellow",
            "has_size::small_(5_-_9_in)",
            "has_shape::duck-like",
            "has_tail_shape::forked_tail",
        ),
    )
    return experiment
