r"""The one method of all held-out worlds; they add what is drawn, no more.

    ./bazelw run //benchmarks:worlds -- \
        --config=configs/worlds/held_out/beetles.py --seeds=0,1,2

The protocol. These worlds have other factors, causes and renderers than those
on which the method was made. Nothing may be tuned on them: no setting, no
threshold, no drawing. This file is committed before any of them is trained,
every start is logged in benchmarks/results/starts.jsonl, and the first result
of a seed stays. After a change of the method there is one redraw at most
(`--redraw`), and both results stay on the page.

The settings are the quick start's, 100,000 images of 32 px a seed, in batches
half as large: as many images in twice as many steps. What is chosen from data
is chosen by the rules of the code, with no field set here: the ends of the
ranges (search/realistic_ranges.py), what matters and where a list ends
(evaluation/significance.py). They were chosen on the quick start and on worlds
with a generator that cannot be wrong (docs/experiments/end_of_the_list.md).

Frozen on 2026-11-29: the commits of starts.jsonl are what was run.
"""

from configs import quickstart
from stylex_tf import config

RENDERED_IMAGES = 20_000
"""Distinct pictures of each world; the worlds have many more."""


def get_config() -> config.ExperimentConfig:
    """Returns the experiment, without data."""
    experiment = quickstart.get_config()
    experiment.name = "method"
    # The same number of images for every world of the comparison. Costs a
    # longer rendering, and longer epochs.
    experiment.data = config.DataConfig(rendered_images=RENDERED_IMAGES)
    # Causes are a few pixels: as many passes as the smallest needs. Costs twice
    # the quick start's epochs.
    experiment.classifier.epochs = 4
    # Fewer images in smaller batches. Costs a third more steps than the quick
    # start.
    experiment.training.total_images = 100_000
    experiment.training.batch_size = 16
    return experiment
