"""Measures whether the listed attributes turn the classifier's decision."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space, random_edits, selection
from stylex_tf.evaluation import (
    edit_lists,
    figure,
    led,
    reconstruction,
    record,
)
from stylex_tf.ops import batching, carried, preprocessing
from stylex_tf.search import model as model_lib

DRAWS = 5
"""Draws of random coordinates."""

Lists = Mapping[int, Sequence[selection.Attribute]]
Judge = Callable[[tf.Tensor], tf.Tensor]


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Baselines:
    """What a flip rate stands beside; None is not measured.

    Attributes:
        styles: the styles of the searched images, [S, T]: random coordinates
            are turned towards the target class's mean over them.
        predictions: the classes of these, [S].
        wu: each class's list by the ranking of Wu et al. (`wu_ranking`).
        no_classification_loss: the flips of the same run trained without it.
        drawn: those of the factors themselves (`drawn_ceiling`).
        seed: the seed of the random coordinates.
    """

    styles: np.ndarray
    predictions: np.ndarray
    wu: Lists | None = None
    no_classification_loss: figure.Curve | None = None
    drawn: figure.Curve | None = None
    seed: int = 0


class EditedImages:
    """Unseen images that are led to another class, and how they are edited."""

    def __init__(
        self,
        model: model_lib.Model,
        space: edit_space.EditSpace,
        held_out: reconstruction.Reconstruction,
        images: np.ndarray,
        second_classify: Judge,
        *,
        pair: tuple[int, int] | None = None,
        batch_size: int = 256,
    ):
        """Takes the images whose reconstruction keeps the class.

        Args:
            model: its generator and classifier are asked.
            space: the edits.
            held_out: reconstructions of the unseen images, N.
            images: the same images, uint8 [N, H, W, 3].
            second_classify: images -> logits of a classifier of the same
                classes that was trained independently. Noise that fools the
                first one leaves it cold; a changed feature does not.
            pair: lead the images of the first class to the second one, instead
                of each image to the class that comes second for it.
            batch_size: pictures at once.
        """
        self.model, self.space, self.batch_size = model, space, batch_size
        self._ask_one = tf.function(
            lambda rows: model.classify(model.generate(rows)),
            reduce_retracing=True,
            autograph=False,
        )
        self._ask_four = tf.function(
            functools.partial(_four, model, second_classify),
            reduce_retracing=True,
            autograph=False,
        )
        self.led = (
            led.Led.between(held_out, *pair) if pair else led.Led.of(held_out)
        )
        self.styles = held_out.styles[self.led.rows]
        self.logits = held_out.logits[self.led.rows]
        self.photographs = images[self.led.rows]

    def flips(self, lists: edit_lists.EditLists) -> np.ndarray:
        """Says whether the first 1 to A edits turn each image, bool [A, M]."""
        return self._arrive(
            lists,
            lambda styles: batching.apply(
                self._ask_one, styles, batch_size=self.batch_size
            ).argmax(axis=1),
        )

    def all_flips(self, lists: edit_lists.EditLists) -> np.ndarray:
        """Answers the same of four questions, bool [A, M, 4].

        The classifier about the reconstruction and about the photograph with
        the edit carried onto it; then a second one about both.
        """
        return self._arrive(lists, self._answers)

    def agrees(self) -> np.ndarray:
        """Says where the second classifier sees the same class, bool [M, 2].

        In the reconstruction, and in the photograph.
        """
        return self._answers(self.styles)[:, 2:] == self.led.sources[:, None]

    def swapped(
        self, swap_label: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    ) -> np.ndarray:
        """Says whether exchanging two classes in p turns an image, [M]."""
        shifted = np.exp(self.logits - self.logits.max(axis=1, keepdims=True))
        p = shifted / shifted.sum(axis=1, keepdims=True)
        rows = np.arange(len(p))
        source, target = self.led.sources, self.led.targets
        p[rows, source], p[rows, target] = p[rows, target], p[rows, source]

        @tf.function(autograph=False, reduce_retracing=True)
        def of_batch(batch: tf.Tensor, condition: tf.Tensor) -> tf.Tensor:
            styles = swap_label(preprocessing.to_float(batch), condition)
            return self.model.classify(self.model.generate(styles))

        logits = batching.apply(
            of_batch,
            self.photographs,
            p.astype(np.float32),
            batch_size=self.batch_size,
        )
        return logits.argmax(axis=1) == target

    def _arrive(
        self,
        lists: edit_lists.EditLists,
        decide: Callable[[np.ndarray], np.ndarray],
    ) -> np.ndarray:
        """Says which decisions are the target after the first 1 to A edits."""
        by_count = []
        for top in range(1, lists.longest + 1):
            decided = decide(
                self.space.apply(
                    self.styles,
                    lists.coordinates[:, :top],
                    lists.directions[:, :top],
                )
            )
            targets = self.led.targets.reshape(-1, *[1] * (decided.ndim - 1))
            by_count.append(decided == targets)
        return (
            np.stack(by_count)
            if by_count
            else np.zeros((0, len(self.led)), bool)
        )

    def _answers(self, edited: np.ndarray) -> np.ndarray:
        """Asks both classifiers of edited styles, as `_four`, int [M, 4]."""
        return batching.apply(
            self._ask_four,
            edited,
            self.styles,
            self.photographs,
            batch_size=self.batch_size,
        )


def measure(
    images: EditedImages,
    attributes: Lists,
    baselines: Baselines,
    *,
    swap_label: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
) -> record.Sufficiency:
    """Counts the decisions that the listed attributes turn.

    Each image is led to one other class by the first 1, 2, ... attributes of
    that class's list, all at once. No curve goes beyond the longest list; an
    image whose class lists fewer is edited by all that there are, and
    baselines get as many edits of an image as it has listed.

    Args:
        images: that neither search nor tests have seen.
        attributes: each class's list, best first.
        baselines: what the flips stand beside.
        swap_label: (images, p) -> styles of the same w under another
            condition; None where the generator has no condition.

    Returns:
        The figures; None where there is no image to flip.
    """
    known = record.Sufficiency(
        no_classification_loss=baselines.no_classification_loss,
        drawn=baselines.drawn,
    )
    led_images = images.led
    if not len(led_images):
        return known
    lists = edit_lists.of_classes(attributes, led_images.targets)
    agrees = images.agrees()
    turned = _questions(images, lists)
    return dataclasses.replace(
        known,
        flips=_curve(turned[..., 0]),
        by_target=_by_target(led_images, turned[..., 0], attributes),
        random=_random(images, lists, baselines),
        wu=_wu(images, lists, baselines.wu),
        second=_curve(turned[:, agrees[:, 0], 2]),
        second_agreement=figure.share_of(agrees[:, 0]),
        carried=_curve(turned[..., 1]),
        carried_second=_curve(turned[:, agrees[:, 1], 3]),
        label_swap=None
        if swap_label is None
        else figure.share_of(images.swapped(swap_label)),
    )


def _questions(images: EditedImages, lists: edit_lists.EditLists) -> np.ndarray:
    if not lists.longest:
        return np.zeros((0, len(images.led), 4), bool)
    return images.all_flips(lists)


def _four(
    model: model_lib.Model,
    second: Judge,
    edited: tf.Tensor,
    styles: tf.Tensor,
    photographs: tf.Tensor,
) -> tf.Tensor:
    """Asks both classifiers about both pictures of an edit, int [B, 4]."""
    pictures = model.generate(edited)
    onto = carried.carry(
        preprocessing.to_float(photographs), model.generate(styles), pictures
    )
    return tf.stack(
        [
            tf.argmax(judge(shown), axis=1)
            for judge in (model.classify, second)
            for shown in (pictures, onto)
        ],
        axis=1,
    )


def _by_target(
    images: led.Led, turned: np.ndarray, attributes: Lists
) -> Mapping[str, figure.Curve]:
    """Splits by each class's own images, as far as its own list goes."""
    curves = {}
    for target in np.unique(images.targets).tolist():
        length = min(len(attributes.get(target, ())), edit_lists.TOP)
        curve = _curve(turned[:length, images.targets == target])
        if curve is not None:
            curves[str(target)] = curve
    return curves


def _random(
    images: EditedImages, lists: edit_lists.EditLists, baselines: Baselines
) -> figure.Curve | None:
    """Averages several draws, with the lowest and the highest."""
    if not lists.longest:
        return None
    shares = []
    for draw in range(DRAWS):
        random = edit_lists.EditLists(
            *random_edits.draw(
                baselines.styles,
                baselines.predictions,
                sources=images.led.sources,
                targets=images.led.targets,
                searched=images.space.size,
                count=lists.longest,
                seed=baselines.seed + draw,
            )
        )
        shares.append(images.flips(random.cut(lists)).mean(axis=1))
    over_seeds = np.array(shares)
    return figure.Curve(
        values=tuple(np.clip(over_seeds.mean(axis=0), 0.0, 1.0).tolist()),
        n=len(images.led),
        intervals=tuple(
            zip(
                over_seeds.min(axis=0).tolist(),
                over_seeds.max(axis=0).tolist(),
                strict=True,
            )
        ),
        draws=DRAWS,
    )


def _wu(
    images: EditedImages, lists: edit_lists.EditLists, wu: Lists | None
) -> figure.Curve | None:
    if wu is None:
        return None
    ranked = edit_lists.of_classes(wu, images.led.targets)
    return _curve(images.flips(ranked.cut(lists)))


def _curve(turned: np.ndarray) -> figure.Curve | None:
    """Returns shares over the images, bool [A, M]; None where none is."""
    count = turned.shape[1]
    if not count:
        return None
    shares = [figure.share_of(share) for share in turned]
    return figure.Curve(
        values=tuple(share.value for share in shares),
        n=count,
        intervals=tuple(share.interval or (0.0, 1.0) for share in shares),
    )
