"""After training: attributes, figures, report and export of one run.

Every function reads the moving averages of the run's networks, with fixed
noise, through three callables: encode, generate and classify.
"""

import dataclasses
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tqdm
from PIL import Image

from stylex_tf import experiment, explanation, run_folder
from stylex_tf.attributes import (
    batching,
    counterfactuals,
    effects,
    screening,
    search,
    selection,
    style_ranges,
)
from stylex_tf.data import preprocessing, tfrecords
from stylex_tf.evaluation import (
    factor_regressors,
    ground_truth,
    reconstruction,
    schema,
    sufficiency,
)
from stylex_tf.export import saved_model, servables
from stylex_tf.report import page

# Example images in the report: of each attribute, and of reconstructions.
_EXAMPLES = 6
_RECONSTRUCTIONS = 8
# Images that the reloaded export is compared on.
_COMPARED = 3


class Functions:
    """The averaged networks of a run as compiled functions of tensors."""

    def __init__(self, run: experiment.Run):
        """Binds the functions to the run's averages and classifier."""
        averages, model = run.state.averages, run.experiment.model
        self.style_space = averages.generator.style_space
        self._run = run
        self._marginal = tf.constant(run.marginal)
        size = model.resolution
        images = tf.TensorSpec([None, size, size, 3])
        styles = tf.TensorSpec([None, self.style_space.total])
        p = tf.TensorSpec([None, len(run.marginal)])
        self.encode = tf.function(self._encode, input_signature=[images])
        self.generate = tf.function(self._generate, input_signature=[styles])
        self.classify = tf.function(run.classifier, input_signature=[images])
        # A generator that is never told p has no label to swap.
        self.swap_label = (
            None
            if model.conditioning == "none"
            else tf.function(self._swap_label, input_signature=[images, p])
        )

    def _encode(self, images: tf.Tensor) -> tf.Tensor:
        p = tf.nn.softmax(self._run.classifier(images))
        if self._run.experiment.model.conditioning == "dropout":
            p = tf.tile(self._marginal[None, :], [tf.shape(images)[0], 1])
        return self._swap_label(images, p)

    def _swap_label(self, images: tf.Tensor, p: tf.Tensor) -> tf.Tensor:
        averages = self._run.state.averages
        return averages.generator.styles(averages.encoder(images), p)

    def _generate(self, styles: tf.Tensor) -> tf.Tensor:
        images = self._run.state.averages.generator.synthesis(styles)
        # What is shown is what is classified: no colour beyond white.
        return tf.clip_by_value(images, -1.0, 1.0)


@dataclasses.dataclass(frozen=True)
class Found:
    """What the search found.

    Attributes:
        table: the effects of every edit of every searched image.
        styles: of the searched images, [N, T].
        by_class: each class's attributes, best first.
        ranked: one list for the figures; of two classes it leads to class 1.
    """

    table: effects.StyleEffects
    styles: np.ndarray
    by_class: dict[int, list[selection.Attribute]]
    ranked: list[selection.Attribute]


def find(
    run: experiment.Run, functions: Functions, images: tfrecords.Examples
) -> Found:
    """Measures every edit of the images and selects each class's attributes.

    Args:
        run: the trained run; its folder gets attributes/.
        functions: of that run.
        images: held-out images to search.
    """
    settings = run.experiment.attributes
    styles = batching.apply(
        functions.encode,
        preprocessing.to_float_numpy(images.images),
        batch_size=settings.batch_size,
    )
    ranges = style_ranges.StyleRanges.from_styles(
        styles, searched=functions.style_space.size
    )
    edits = len(styles) * 2 * ranges.size
    with tqdm.tqdm(total=edits, desc="Searching", unit="edit") as bar:
        table = search.measure_effects(
            functions.generate,
            functions.classify,
            styles,
            ranges,
            image_ids=images.ids,
            shift_size=settings.shift_size,
            batch_size=settings.batch_size,
            progress=bar.update,
        )
    effects.save(table, run.folder.attributes)
    by_class = {
        target: selection.select_class_attributes(
            table, target_class=target, top_k=max(settings.top_k, 10)
        )
        for target in range(table.num_classes)
    }
    if table.num_classes == 2:
        ranked = selection.merge_binary(table, top_k=max(settings.top_k, 10))
    else:
        ranked = selection.interleave(list(by_class.values()))
    return Found(table, styles, by_class, ranked)


def train_regressors(
    run: experiment.Run,
) -> factor_regressors.FactorRegressors | None:
    """Trains readers of the known factors; None where none are known."""
    factors = run.dataset.manifest.factors
    if not factors:
        return None
    train = run.dataset.load("train")
    epochs = run.experiment.evaluation.regressor_epochs
    pictures = epochs * len(train.images)
    with tqdm.tqdm(total=pictures, desc="Factor regressors") as bar:
        return factor_regressors.train(
            train.images,
            train.factors,
            factors,
            epochs=epochs,
            seed=run.experiment.seed,
            progress=bar.update,
        )


def evaluate(
    run: experiment.Run,
    functions: Functions,
    found: Found,
    images: tfrecords.Examples,
    regressors: factor_regressors.FactorRegressors | None,
    *,
    seconds: float,
) -> dict[str, Any]:
    """Returns the content of evaluation.json.

    Args:
        run: the trained run.
        functions: of that run.
        found: what the search found.
        images: held-out images that the search has not seen.
        regressors: readers of the known factors.
        seconds: what the run took so far.
    """
    settings = run.experiment.attributes
    held_out = reconstruction.reconstruct(
        functions.encode, functions.generate, functions.classify, images.images
    )
    sections = {
        "classifier": run.classifier_figures,
        "reconstruction": held_out.figures(),
        "sufficiency": sufficiency.measure(
            functions.generate,
            functions.classify,
            held_out,
            found.table.ranges,
            found.by_class,
            images=images.images,
            swap_label=functions.swap_label,
            shift_size=settings.shift_size,
            batch_size=settings.batch_size,
            seed=run.experiment.seed,
        ),
        "run": {
            "config": dataclasses.asdict(run.experiment),
            "images_seen": int(run.state.step)
            * run.experiment.training.batch_size,
            "seconds": seconds,
            **run_folder.environment(),
        },
    }
    if regressors is not None:
        sections["ground_truth"] = _ground_truth(
            run, functions, found, images, held_out, regressors
        )
    return schema.build(sections)


def _ground_truth(
    run: experiment.Run,
    functions: Functions,
    found: Found,
    images: tfrecords.Examples,
    held_out: reconstruction.Reconstruction,
    regressors: factor_regressors.FactorRegressors,
) -> dict[str, Any]:
    settings = run.experiment.attributes
    causes = run.dataset.manifest.causes
    rebuilt = batching.apply(
        functions.generate, held_out.styles, batch_size=settings.batch_size
    )
    judged = _judge(run, functions, found, found.ranked, regressors)
    return {
        **ground_truth.recovery(judged, causes),
        "factor_agreement": ground_truth.factor_agreement(
            regressors, preprocessing.to_float_numpy(images.images), rebuilt
        ),
        "regressor_accuracy": regressors.accuracy(
            images.images, images.factors
        ),
        "images": len(images.images),
    }


def _judge(
    run: experiment.Run,
    functions: Functions,
    found: Found,
    attributes: Sequence[selection.Attribute],
    regressors: factor_regressors.FactorRegressors,
    target: int | None = None,
) -> list[ground_truth.AttributeFactor]:
    """Names the factor of each attribute; without a target, of both ways."""
    return ground_truth.judge(
        functions.generate,
        regressors,
        found.styles,
        found.table.ranges,
        attributes,
        found.table.predictions,
        target_class=1 if target is None else target,
        both_ways=target is None,
        causes=run.dataset.manifest.causes,
        shift_size=found.table.shift_size,
        batch_size=run.experiment.attributes.batch_size,
    )


def show(
    run: experiment.Run,
    functions: Functions,
    found: Found,
    images: tfrecords.Examples,
    regressors: factor_regressors.FactorRegressors | None,
) -> explanation.Explanation:
    """Returns each class's attributes with example images.

    Args:
        run: the trained run.
        functions: of that run.
        found: what the search found in these images.
        images: the searched images.
        regressors: readers of the known factors.
    """
    names = run.classifier.class_names
    shown = run.experiment.attributes.top_k
    classes = []
    for target, attributes in found.by_class.items():
        sources = np.flatnonzero(found.table.predictions != target)
        judged: Sequence[ground_truth.AttributeFactor | None]
        judged = [None] * len(attributes)
        if regressors is not None and len(sources):
            judged = _judge(
                run, functions, found, attributes, regressors, target
            )
        views = [
            _view(functions, found, images, rank, target, attribute, factor)
            for rank, (attribute, factor) in enumerate(
                zip(attributes[:shown], judged, strict=False), start=1
            )
        ]
        classes.append(
            explanation.ClassExplanation(
                class_index=target,
                class_name=names[target],
                images=len(sources),
                attributes=tuple(views),
            )
        )
    return explanation.Explanation(
        class_names=tuple(names),
        classes=tuple(classes),
        shift_size=found.table.shift_size,
        measure=selection.Rules().measure,
    )


def _view(
    functions: Functions,
    found: Found,
    images: tfrecords.Examples,
    rank: int,
    target: int,
    attribute: selection.Attribute,
    factor: ground_truth.AttributeFactor | None,
) -> explanation.AttributeView:
    """One attribute on the images that it moves most."""
    sources = np.flatnonzero(found.table.predictions != target)
    logits = found.table.effects[
        sources, attribute.direction, attribute.coordinate
    ]
    others = np.delete(logits, target, axis=1).max(axis=1)
    best = sources[np.argsort(others - logits[:, target])[:_EXAMPLES]]
    styles = found.styles[best]
    edited = counterfactuals.apply_edits(
        styles,
        found.table.ranges,
        np.array([attribute.coordinate]),
        np.array([attribute.direction]),
        found.table.shift_size,
    )
    before, after = (
        functions.generate(tf.constant(s)) for s in (styles, edited)
    )
    layer, channel = functions.style_space.locate(attribute.coordinate)
    return explanation.AttributeView(
        rank=rank,
        coordinate=attribute.coordinate,
        layer=layer,
        channel=channel,
        direction=attribute.direction,
        mean_effect=attribute.effect,
        share_flipped=attribute.share,
        factor=factor.factor if factor else None,
        purity=factor.purity if factor else None,
        sources=preprocessing.to_uint8(before).numpy(),
        edited=preprocessing.to_uint8(after).numpy(),
        probabilities_before=tf.nn.softmax(functions.classify(before)).numpy(),
        probabilities_after=tf.nn.softmax(functions.classify(after)).numpy(),
        image_ids=tuple(images.ids[index] for index in best),
    )


def write_report(
    run: experiment.Run,
    functions: Functions,
    shown: explanation.Explanation,
    evaluation: dict[str, Any],
    images: tfrecords.Examples,
) -> None:
    """Writes report/index.html."""
    reals = images.images[:_RECONSTRUCTIONS]
    pixels = tf.constant(preprocessing.to_float_numpy(reals))
    rebuilt = functions.generate(functions.encode(pixels))
    manifest = run.dataset.manifest
    facts = (
        ("Images", f"{manifest.source}, {manifest.resolution} px"),
        ("Classifier", _describe(run)),
        (
            "Training",
            f"{evaluation['run']['images_seen']:,} images, conditioning "
            f"{run.experiment.model.conditioning}",
        ),
        (
            "Search",
            f"{run.experiment.attributes.images} held-out images, "
            f"{functions.style_space.size} style coordinates",
        ),
    )
    page.write_report(
        run.folder.report,
        page.ReportData(
            title=f"What the classifier looks at: {run.experiment.name}",
            facts=facts,
            explanation=shown,
            evaluation=evaluation,
            reconstructions=page.Reconstructions(
                images=reals,
                reconstructions=preprocessing.to_uint8(rebuilt).numpy(),
                probabilities_images=_probabilities(functions, pixels),
                probabilities_reconstructions=_probabilities(
                    functions, rebuilt
                ),
                image_ids=tuple(images.ids[: len(reals)]),
            ),
            causes=manifest.causes,
            greyscale=manifest.greyscale,
        ),
    )


def _describe(run: experiment.Run) -> str:
    settings = run.experiment.classifier
    return settings.path or f"{settings.architecture}, trained by this run"


def _probabilities(functions: Functions, images: tf.Tensor) -> np.ndarray:
    return tf.nn.softmax(functions.classify(images)).numpy()


def export(
    run: experiment.Run,
    functions: Functions,
    found: Found,
    evaluation: dict[str, Any],
    images: tfrecords.Examples,
) -> str:
    """Exports the model, reloads it, compares it; returns its folder.

    Raises:
        ValueError: the reloaded model answers differently.
    """

    def find_attributes(
        styles: tf.Tensor, target_class: tf.Tensor, *, top_k: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        return screening.find_attributes(
            functions.generate,
            functions.classify,
            styles,
            found.table.ranges,
            target_class,
            top_k=top_k,
            shift_size=found.table.shift_size,
        )

    servable = servables.Servable(
        servables.Functions(
            encode=functions.encode,
            generate=functions.generate,
            classify=functions.classify,
            find_attributes=find_attributes,
        ),
        class_names=run.classifier.class_names,
        resolution=run.experiment.model.resolution,
        num_styles=functions.style_space.total,
        resources=[run.classifier],
    )
    version = saved_model.export(
        servable,
        run.folder.export,
        assets={
            "style_space": functions.style_space.to_dict(),
            "style_ranges": {
                "minimum": found.table.ranges.minimum.tolist(),
                "maximum": found.table.ranges.maximum.tolist(),
            },
            "class_attributes": {
                str(target): [dataclasses.asdict(one) for one in attributes]
                for target, attributes in found.by_class.items()
            },
            "config": dataclasses.asdict(run.experiment),
            "evaluation": evaluation,
        },
    )
    saved_model.reload_and_compare(
        version, [_png(image) for image in images.images[:_COMPARED]], servable
    )
    return str(version)


def _png(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()
