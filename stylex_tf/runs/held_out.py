"""Cuts the held-out images into three sets that share no content."""

import dataclasses
import logging

import numpy as np

from stylex_tf.data.records import cuts, tfrecords


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """Held-out images, cut by their content.

    No picture is there twice, so that a count is a count of different
    pictures, and no content group is in two sets. No set shares content with a
    training image either: the data set was cut so.

    Attributes:
        searched: images whose edits are searched for attributes.
        tested: others, to test whether what was found is significant.
        unseen: others still, to measure what passed the tests.
    """

    searched: tfrecords.Examples
    tested: tfrecords.Examples
    unseen: tfrecords.Examples

    @classmethod
    def of(
        cls, examples: tfrecords.Examples, *, searched: int, unseen: int
    ) -> "HeldOut":
        """Cuts the test split of a data set.

        Args:
            examples: the whole split.
            searched: at most so many images are searched, and as many are
                tested; where the split is small, a third of its different
                pictures each.
            unseen: how many images to measure at most.

        Raises:
            DataError: there are fewer than three content groups.
        """
        distinct = examples.distinct()
        if copies := len(examples.ids) - len(distinct.ids):
            logging.warning(
                "%d of %d held-out images are copies of others, pixel for "
                "pixel, and are left out: each picture counts once",
                copies,
                len(examples.ids),
            )
        names, groups = np.unique(distinct.groups, return_inverse=True)
        cuts.check_held_out(len(distinct.ids), len(names))
        places: list[list[int]] = [[] for _ in names]
        for place, group in enumerate(groups):
            places[group].append(place)
        # Not as they come: idx files may be sorted by class.
        order = np.random.default_rng(0).permutation(len(names)).tolist()
        count = min(searched, len(distinct.ids) // cuts.HELD_OUT_SETS)
        sets = []
        for wanted, left_for_others in ((count, 2), (count, 1), (unseen, 0)):
            chosen: list[int] = []
            while len(order) > left_for_others and len(chosen) < wanted:
                chosen += places[order.pop()]
            sets.append(distinct.at(sorted(chosen[:wanted])))
        return cls(*sets)
