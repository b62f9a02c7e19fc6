"""Measures what every edit of the held-out images does, after training."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tqdm

from stylex_tf.attributes import (
    edit_space,
    effects,
    presets,
    selection,
    style_ranges,
)
from stylex_tf.data.records import tfrecords
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import trained as trained_lib
from stylex_tf.search import (
    realistic_ranges,
    screened_search,
    screening,
    shards,
)


@dataclasses.dataclass(frozen=True)
class SearchResult:
    """What the search found.

    Attributes:
        table: the effects of the edits of the searched images.
        styles: the styles of the searched images, [N, T].
        by_class: each class's attributes, best first.
        ranked: one list for the figures; of two classes it leads to class 1.
        together: the classes whose attributes matter only together, once they
            were tested.
    """

    table: effects.StyleEffects
    styles: np.ndarray
    by_class: dict[int, list[selection.Attribute]]
    ranked: list[selection.Attribute]
    together: frozenset[int] = frozenset()

    def only(self, significant: Mapping[int, Sequence[bool]]) -> "SearchResult":
        """Returns what matters of what was found.

        With two classes, one that matters to a class matters to the other,
        the other way round: it is in both lists, as far as they have it.

        Args:
            significant: whether each attribute of each class does.
        """
        matter = {
            self._edit(target, listed)
            for target, attributes in self.by_class.items()
            for listed, matters in zip(
                attributes, significant[target], strict=True
            )
            if matters
        }
        return self.with_lists(
            {
                target: [
                    listed
                    for listed in attributes
                    if self._edit(target, listed) in matter
                ]
                for target, attributes in self.by_class.items()
            }
        )

    def with_lists(
        self,
        by_class: dict[int, list[selection.Attribute]],
        *,
        together: frozenset[int] = frozenset(),
    ) -> "SearchResult":
        """Returns what of it stands in lists.

        Args:
            by_class: each class's list, a part of this one's.
            together: the classes whose attributes matter only together.
        """
        if len(self.by_class) == 2:
            edits = {
                self._edit(target, listed)
                for target, attributes in by_class.items()
                for listed in attributes
            }
            ranked = [
                listed
                for listed in self.ranked
                if self._edit(1, listed) in edits
            ]
        else:
            ranked = selection.interleave(list(by_class.values()))
        return dataclasses.replace(
            self, by_class=by_class, ranked=ranked, together=together
        )

    def _edit(
        self, target: int, listed: selection.Attribute
    ) -> tuple[int, int, int]:
        """Tells edits apart; of two classes all are told towards class 1."""
        if len(self.by_class) == 2 and target == 0:
            return listed.coordinate, 1 - listed.direction, 1
        return listed.coordinate, listed.direction, target


def find(trained: trained_lib.TrainedRun) -> SearchResult:
    """Measures the edits of the searched images, and selects attributes.

    Args:
        trained: a trained run; its folder gets attributes/. What is there
            already, of the same weights and images, is not measured again.
    """
    images = trained.held_out.searched
    styles = encode(trained, images)
    table = _measure(trained, styles, find_ranges(trained, images, styles))
    effects.save(table, trained.folder.attributes)
    return select(trained, table, styles)


def select(
    trained: trained_lib.TrainedRun,
    table: effects.StyleEffects,
    styles: np.ndarray,
) -> SearchResult:
    """Selects attributes from the table of the searched images.

    Args:
        trained: the run.
        table: the effects of the edits of the searched images.
        styles: the styles of the searched images, [N, T].
    """
    rules = selection_rules(trained)
    top_k = max(trained.settings.attributes.top_k, 10)
    by_class = {
        target: selection.select_class_attributes(
            table, target_class=target, top_k=top_k, rules=rules
        )
        for target in range(table.num_classes)
    }
    if table.num_classes == 2:
        ranked = selection.merge_binary(table, top_k=top_k, rules=rules)
    else:
        ranked = selection.interleave(list(by_class.values()))
    return SearchResult(table, styles, by_class, ranked)


def encode(
    trained: trained_lib.TrainedRun, images: tfrecords.Examples
) -> np.ndarray:
    """Returns the styles of images, [N, T]."""
    return batching.apply(
        trained.stylex.encode,
        preprocessing.to_float_numpy(images.images),
        batch_size=trained.settings.attributes.batch_size,
    )


def find_ranges(
    trained: trained_lib.TrainedRun,
    images: tfrecords.Examples,
    styles: np.ndarray,
) -> style_ranges.StyleRanges:
    """Returns the ends between which a search of images moves coordinates.

    Args:
        trained: the run.
        images: to search.
        styles: theirs, [N, T].
    """
    settings = trained.settings.attributes
    kind = presets.ranges(settings.preset, settings.ranges)
    searched = trained.stylex.style_space.size
    if kind == style_ranges.Kind.REALISTIC:
        return realistic_ranges.find(
            trained.stylex.model,
            styles,
            images.images,
            searched=searched,
            batch_size=settings.batch_size,
        )
    return style_ranges.StyleRanges.from_styles(
        styles, searched=searched, kind=kind, width=settings.range_width
    )


def selection_rules(trained: trained_lib.TrainedRun) -> selection.Rules:
    """Returns the rules by which the run's config selects attributes."""
    settings = trained.settings.attributes
    return presets.rules(
        settings.preset,
        minimum_effect=settings.minimum_effect,
        refill=settings.refill,
        unstable_effect=settings.unstable_effect,
        unstable_share=settings.unstable_share,
        score_limit=settings.score_limit,
    )


def check_room(
    trained: trained_lib.TrainedRun,
    directory: str | os.PathLike,
    edits: int,
    *,
    copies: int = 2,
) -> None:
    """Refuses a disk without room for the effects of a search.

    Args:
        trained: the run.
        directory: where shards are kept.
        edits: how many will be measured, of all images together.
        copies: see `shards.check_room`.

    Raises:
        RunFolderError: there is too little room.
    """
    scored = bool(trained.settings.attributes.score_limit)
    each = len(trained.classifier.class_names) + scored
    shards.check_room(directory, edits * each, copies=copies)


def identity(trained: trained_lib.TrainedRun) -> str:
    """Names the networks that a shard was measured with."""
    step = trained.stylex.step
    return f"step {step}, classifier {trained.classifier_figures}"


def _measure(
    trained: trained_lib.TrainedRun,
    styles: np.ndarray,
    ranges: style_ranges.StyleRanges,
) -> effects.StyleEffects:
    run, functions = trained, trained.stylex
    settings = run.settings.attributes
    options: dict[str, Any] = {
        "image_ids": trained.held_out.searched.ids,
        "batch_size": settings.batch_size,
    }
    model = functions.model
    if not settings.score_limit:
        model = model.without_score()
    space = edit_space.EditSpace(ranges, settings.shift_size)
    every = 2 * ranges.size
    candidates = min(settings.candidates or every, every)
    pilots = len(screened_search.pilot_rows(len(styles)))
    directory = run.folder.attributes / "shards"
    # What is screened is kept in memory until the table is written.
    copies = 1 if settings.candidates else 2
    check_room(run, directory, len(styles) * every, copies=copies)
    with tqdm.tqdm(
        total=pilots * every + (len(styles) - pilots) * candidates,
        desc="Searching",
        unit="edit",
        mininterval=1.0,
    ) as bar:
        if settings.candidates:
            return screening.measure_effects(
                model,
                styles,
                space,
                candidates=candidates,
                progress=bar.update,
                **options,
            )
        return shards.measure(
            model,
            styles,
            space,
            directory=directory,
            images_per_shard=settings.images_per_shard,
            identity=identity(trained),
            progress=bar.update,
            **options,
        )
