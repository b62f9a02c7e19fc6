"""Tables of effects written by hand or drawn at random."""

import numpy as np

from stylex_tf.attributes import effects, style_ranges


def table(changes, base, **fields):
    """Makes a table of effects [N, 2, S, K] and base logits [N, K]."""
    changes = np.asarray(changes, np.float32)
    size = changes.shape[2]
    return effects.StyleEffects(
        effects=changes,
        base_logits=np.asarray(base, np.float32),
        ranges=style_ranges.StyleRanges(
            minimum=-np.ones(size), maximum=np.ones(size)
        ),
        image_ids=tuple(str(n) for n in range(len(changes))),
        shift_size=1.0,
        **fields,
    )


def random(seed, *, images=12, size=9, classes=2, **fields):
    """Effects of about 0.4 logits on images of all classes."""
    rng = np.random.default_rng(seed)
    changes = rng.normal(size=(images, 2, size, classes)) * 0.4
    return table(changes, rng.normal(size=(images, classes)), **fields)


def zeros(images, size, classes=2):
    """Changes to write into, [N, 2, S, K]."""
    return np.zeros([images, 2, size, classes], np.float32)
