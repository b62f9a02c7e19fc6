r"""Measures what leads the images of one class to another: from a to b.

    bazel run //benchmarks:class_pairs -- --run=RUN \
        --pairs=lion:tiger,cheetah:jaguar

Where a classifier has many classes, an evaluation leads each image to the class
that comes second for it. This asks more: all images of a have to become b, by
attributes that are looked for on images of a alone. Each pair's list is made
as a run's own are: selected on the searched images, tested on others, and
measured on those that neither has seen.

It writes benchmarks/results/class_pairs_<name of the run's folder>.json: of
each pair the attributes, and the figures of `Sufficiency` (docs/evaluation.md).
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from absl import flags

from benchmarks import commit, result_file
from stylex_tf import errors
from stylex_tf.attributes import edit_space, effects, selection
from stylex_tf.cli import command
from stylex_tf.data.records import tfrecords
from stylex_tf.evaluation import (
    edit_lists,
    reconstruction,
    significance,
    sufficiency,
    turned_decisions,
    wu_ranking,
)
from stylex_tf.runs import listing, reported, searching, second_opinion
from stylex_tf.runs import trained as trained_lib
from stylex_tf.search import model as model_lib

_RUN = flags.DEFINE_string("run", None, "A finished run.")
_PAIRS = flags.DEFINE_list(
    "pairs", None, "The pairs of classes, by name: A:B,C:D. From A to B."
)


@dataclasses.dataclass(frozen=True)
class TestedImages:
    """Images that the selection has not seen.

    Attributes:
        images: uint8 [N, H, W, 3].
        rebuilt: their reconstructions.
    """

    images: np.ndarray
    rebuilt: reconstruction.Reconstruction

    def of_class(self, number: int) -> "TestedImages":
        """Returns those that the classifier takes for one class."""
        rows = np.flatnonzero(self.rebuilt.logits.argmax(axis=1) == number)
        return TestedImages(self.images[rows], self.rebuilt.at(rows))


def parse(
    pairs: Sequence[str], class_names: Sequence[str]
) -> list[tuple[int, int]]:
    """Returns the numbers of the classes of pairs that are named as A:B.

    Raises:
        UserError: a pair is not two different classes.
    """
    numbers = []
    for pair in pairs:
        names = pair.split(":")
        known = [name in class_names for name in names]
        if len(names) != 2 or not all(known) or names[0] == names[1]:
            raise errors.UserError(
                f"--pairs: found {pair!r}; expected two different classes with "
                f"a colon between, of {', '.join(class_names)}"
            )
        numbers.append(
            (class_names.index(names[0]), class_names.index(names[1]))
        )
    return numbers


def listed(
    model: model_lib.Model,
    table: effects.StyleEffects,
    rules: selection.Rules,
    tested: TestedImages,
    pair: tuple[int, int],
) -> list[selection.Attribute]:
    """Returns what leads one class to another, as far as it is needed.

    Args:
        model: its generator and classifier are asked.
        table: the effects of the edits of the searched images.
        rules: the selection's settings.
        tested: other images. An attribute is listed where it turns images of
            the first class, the opposite edit turns images of the second away
            from it, and those before it do not turn as many; where none does
            so by itself, those that do so together (`significance`).
        pair: from which class to which.
    """
    source, target = pair
    candidates = selection.select_class_attributes(
        table,
        source_class=source,
        target_class=target,
        top_k=edit_lists.TOP,
        rules=rules,
    )
    here, there = tested.of_class(source), tested.of_class(target)
    if not len(here.images):
        return []

    ask = functools.partial(_ask, model, table.space, here, there)
    verdict = significance.judge(
        ask(turned_decisions.measure, {target: candidates}),
        ask(turned_decisions.measure, {target: candidates}, reverse=True),
        images=len(tested.images),
    )
    matters = _only(candidates, verdict.significant[target])
    if matters:
        together = ask(turned_decisions.together, {target: matters})
        return _only(matters, significance.needed(together[target].by_edit))
    joint = listing.matter_together(ask, {target: candidates})
    return joint.get(target, [])


def _ask(
    model: model_lib.Model,
    space: edit_space.EditSpace,
    here: TestedImages,
    there: TestedImages,
    question: Callable[..., listing.Turned],
    attributes: Mapping[int, Sequence[selection.Attribute]],
    **options: bool,
) -> listing.Turned:
    """Asks of edits on a's images, or of their opposites on b's."""
    asked = there if options.get("reverse") else here
    return question(
        model, asked.images, asked.rebuilt, space, attributes, **options
    )


def _only(
    attributes: Sequence[selection.Attribute], wanted: Sequence[bool]
) -> list[selection.Attribute]:
    return [
        attribute
        for attribute, is_wanted in zip(attributes, wanted, strict=True)
        if is_wanted
    ]


def _rebuild(
    trained: trained_lib.TrainedRun, examples: tfrecords.Examples
) -> TestedImages:
    rebuilt = reconstruction.reconstruct(
        trained.stylex.encode, trained.stylex.model, examples.images
    )
    return TestedImages(examples.images, rebuilt)


def _measure(
    trained: trained_lib.TrainedRun, pairs: Sequence[tuple[int, int]]
) -> dict[str, Any]:
    """Returns the attributes and the figures of each pair, by its name."""
    model = trained.stylex.model
    table = reported.table(trained)
    rules = searching.selection_rules(trained)
    tested = _rebuild(trained, trained.held_out.tested)
    unseen = _rebuild(trained, trained.held_out.unseen)
    styles = searching.encode(trained, trained.held_out.searched)
    opinion = second_opinion.get(trained)
    names = trained.classifier.class_names
    document = {}
    for pair in pairs:
        source, target = pair
        attributes = listed(model, table, rules, tested, pair)
        figures = sufficiency.measure(
            sufficiency.EditedImages(
                model,
                table.space,
                unseen.rebuilt,
                unseen.images,
                opinion.classify,
                pair=pair,
            ),
            {target: attributes},
            sufficiency.Baselines(
                styles=styles,
                predictions=table.predictions,
                wu={
                    target: wu_ranking.rank(
                        styles,
                        table.predictions,
                        target_class=target,
                        searched=table.num_coordinates,
                        top_k=edit_lists.TOP,
                    )
                },
                seed=trained.settings.seed,
            ),
        )
        document[f"{names[source]}:{names[target]}"] = {
            "attributes": [
                _place(trained, attribute) for attribute in attributes
            ],
            **dataclasses.asdict(figures),
        }
    return document


def _place(
    trained: trained_lib.TrainedRun, attribute: selection.Attribute
) -> dict[str, Any]:
    """Says where an attribute is, and which way it moves: 1 is upwards."""
    layer, channel = trained.stylex.style_space.locate(attribute.coordinate)
    return {
        "layer": layer,
        "channel": channel,
        "direction": attribute.direction,
    }


def main(argv: list[str]) -> None:
    """Measures the pairs of one run and files what came out."""
    command.no_arguments(argv)
    head = commit.of_clean_tree(result_file.FOLDER)
    trained = trained_lib.load(_RUN.value)
    pairs = parse(_PAIRS.value, trained.classifier.class_names)
    document = {
        "pairs": _measure(trained, pairs),
    }
    path = result_file.write(
        "class_pairs", trained.folder.root.name, head, document
    )
    print(path.read_text(), path)


if __name__ == "__main__":
    flags.mark_flags_as_required(["run", "pairs"])
    command.run(main)
