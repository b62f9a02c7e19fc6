"""Shows people each class's attributes with pictures, on a page."""

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import carried_edit, selection
from stylex_tf.evaluation import ground_truth, record, significance
from stylex_tf.ops import batching, preprocessing
from stylex_tf.report import (
    cautions,
    findings,
    layout,
    page,
    picture_files,
    verdict,
    wording,
)
from stylex_tf.report import examples as examples_lib
from stylex_tf.runs import (
    demonstrating,
    given_names,
    naming,
    searching,
    single_images,
)
from stylex_tf.runs import trained as trained_lib

_RECONSTRUCTIONS = 8


def show(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    namer: naming.Namer | None,
) -> findings.Findings:
    """Returns each class's attributes with example images.

    Args:
        trained: the run.
        search_result: what the search found.
        namer: readers of the known factors.
    """
    names = trained.classifier.class_names
    shown = trained.settings.attributes.top_k
    plan = _plan(trained, search_result)
    classes = []
    for target, attributes in search_result.by_class.items():
        sources = np.flatnonzero(search_result.table.predictions != target)
        judged: Sequence[ground_truth.AttributeFactor | None]
        judged = [None] * len(attributes)
        if namer is not None and len(sources):
            judged = namer.of_class(target)
        views = [
            _view(trained, search_result, rank, target, attribute, factor, plan)
            for rank, (attribute, factor) in enumerate(
                zip(attributes[:shown], judged, strict=False), start=1
            )
        ]
        classes.append(
            findings.ClassFindings(
                class_index=target,
                class_name=names[target],
                images=len(sources),
                attributes=tuple(views),
                together=_together(trained, search_result, target, plan)
                if target in search_result.together
                else None,
            )
        )
    return findings.Findings(
        class_names=tuple(names),
        classes=tuple(classes),
        shift_size=search_result.table.shift_size,
        measure=searching.selection_rules(trained).measure,
    )


def _view(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    rank: int,
    target: int,
    attribute: selection.Attribute,
    factor: ground_truth.AttributeFactor | None,
    plan: layout.Layout,
) -> findings.AttributeView:
    """Shows one attribute on images whose probability it raises most."""
    functions, table = trained.stylex, search_result.table
    sources = np.flatnonzero(table.predictions != target)
    before = table.base_logits[sources]
    after = (
        before
        + table.effects[sources, attribute.direction, attribute.coordinate]
    )
    gains = (tf.nn.softmax(after) - tf.nn.softmax(before)).numpy()[:, target]
    layer, channel = functions.style_space.locate(attribute.coordinate)
    return findings.AttributeView(
        rank=rank,
        coordinate=attribute.coordinate,
        layer=layer,
        channel=channel,
        direction=attribute.direction,
        mean_effect=attribute.effect,
        # Over all images of other classes: as many as the page says.
        share_flipped=float(np.mean(after.argmax(axis=1) == target)),
        share_moved=float(np.mean(gains >= findings.MOVED)),
        factor=factor.factor if factor else None,
        purity=factor.purity if factor else None,
        **_examples(trained, search_result, [attribute], sources, gains, plan),
    )


def _together(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    target: int,
    plan: layout.Layout,
) -> findings.TogetherView | None:
    """Shows all attributes of a class at once; None where no image has room."""
    table, attributes = search_result.table, search_result.by_class[target]
    sources = np.flatnonzero(table.predictions != target)
    if not len(sources):
        return None
    before = table.base_logits[sources]
    after = batching.apply(
        lambda styles: trained.stylex.classify(trained.stylex.generate(styles)),
        _moved(search_result, attributes, sources),
        batch_size=trained.settings.attributes.batch_size,
    )
    gains = (tf.nn.softmax(after) - tf.nn.softmax(before)).numpy()[:, target]
    return findings.TogetherView(
        attributes=len(attributes),
        share_flipped=float(np.mean(after.argmax(axis=1) == target)),
        **_examples(trained, search_result, attributes, sources, gains, plan),
    )


def _moved(
    search_result: searching.SearchResult,
    attributes: Sequence[selection.Attribute],
    images: np.ndarray,
) -> np.ndarray:
    """Returns the styles of searched images after edits at once, [n, T]."""
    return search_result.table.space.apply(
        search_result.styles[images],
        np.array([attribute.coordinate for attribute in attributes]),
        np.array([attribute.direction for attribute in attributes]),
    )


def _examples(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    attributes: Sequence[selection.Attribute],
    sources: np.ndarray,
    gains: np.ndarray,
    plan: layout.Layout,
) -> dict[str, Any]:
    """Returns the fields of `findings.Examples`, of edits made at once.

    Args:
        trained: the run.
        search_result: what the search found.
        attributes: the edits.
        sources: the searched images that could show them, [n].
        gains: how much the edits raise the class's probability there, [n].
        plan: how many to show, and how.
    """
    functions, ranges = trained.stylex, search_result.table.ranges
    width = ranges.maximum - ranges.minimum
    relative = search_result.styles[sources, : width.size] / np.maximum(
        width, 1e-6
    )
    best = sources[examples_lib.choose(gains, relative, plan.examples)]
    plain, moved = (
        functions.generate(tf.constant(styles))
        for styles in (
            search_result.styles[best],
            _moved(search_result, attributes, best),
        )
    )
    pictures = preprocessing.to_uint8(plain).numpy()
    edits = preprocessing.to_uint8(moved).numpy()
    searched = trained.held_out.searched
    return {
        "sources": pictures,
        "edited": edits,
        "probabilities_before": functions.probabilities(plain),
        "probabilities_after": functions.probabilities(moved),
        "image_ids": tuple(searched.ids[index] for index in best),
        "carried": _carry(trained, searched.images[best], pictures, edits)
        if plan.carried
        else None,
    }


def _carry(
    trained: trained_lib.TrainedRun,
    photographs: np.ndarray,
    pictures: np.ndarray,
    edits: np.ndarray,
) -> findings.Carried:
    """Carries edits onto the photographs, and asks about both."""
    edited = carried_edit.carry(photographs, pictures, edits)
    before, after = (
        trained.stylex.probabilities(
            tf.constant(preprocessing.to_float_numpy(images))
        )
        for images in (photographs, edited)
    )
    return findings.Carried(
        photographs=photographs,
        edited=edited,
        probabilities_before=before,
        probabilities_after=after,
    )


def _plan(
    trained: trained_lib.TrainedRun, search_result: searching.SearchResult
) -> layout.Layout:
    """Plans how much of each attribute the page shows."""
    settings = trained.settings
    top_k = settings.attributes.top_k
    return layout.plan(
        sum(len(ranked[:top_k]) for ranked in search_result.by_class.values())
        + len(search_result.together),
        settings.model.resolution,
    )


def write_report(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    shown: findings.Findings,
    evaluation: record.Evaluation,
    given: given_names.GivenNames,
    *,
    today: Callable[[], datetime.date] = datetime.date.today,
) -> None:
    """Writes the folder report/: the page, and pictures for papers.

    Args:
        trained: the run.
        search_result: what the search found, and is significant.
        shown: the same with pictures.
        evaluation: every figure.
        given: what people called the coordinates.
        today: tells the date that the page bears.
    """
    functions, images = trained.stylex, trained.held_out.unseen
    reals = images.images[:_RECONSTRUCTIONS]
    pixels = tf.constant(preprocessing.to_float_numpy(reals))
    rebuilt = functions.generate(functions.encode(pixels))
    manifest = trained.dataset.manifest
    plan = _plan(trained, search_result)
    page.write_report(
        trained.folder.report,
        page.ReportData(
            title=f"What the classifier looks at: {trained.settings.name}",
            facts=_facts(
                trained, search_result, evaluation, given.run, today()
            ),
            findings=shown,
            evaluation=evaluation,
            reconstructions=page.Reconstructions(
                images=reals,
                reconstructions=preprocessing.to_uint8(rebuilt).numpy(),
                probabilities_images=functions.probabilities(pixels),
                probabilities_reconstructions=functions.probabilities(rebuilt),
                image_ids=tuple(images.ids[: len(reals)]),
            ),
            causes=sum(manifest.causes_by_class, ()),
            training=_of_training(trained),
            greyscale=manifest.greyscale,
            demonstrations=demonstrating.demonstrate(
                trained, search_result, shown, plan
            ),
            single_images=single_images.explain(trained, search_result),
            run=given.run,
            names=given.names,
            layout_note=plan.note,
            effort=_effort(trained, evaluation),
        ),
    )
    picture_files.write(
        trained.folder.report.parent / "pictures", shown, given.names
    )


def judge(
    trained: trained_lib.TrainedRun,
    shown: findings.Findings,
    evaluation: record.Evaluation,
) -> verdict.Verdict:
    """Sums a run up, as the page does.

    Args:
        trained: the run.
        shown: what is listed.
        evaluation: every figure.
    """
    causes = sum(trained.dataset.manifest.causes_by_class, ())
    warnings = (
        *_of_training(trained),
        *cautions.find(evaluation, shown, causes),
    )
    return verdict.judge(
        shown, evaluation, warnings, _effort(trained, evaluation)
    )


def _of_training(
    trained: trained_lib.TrainedRun,
) -> tuple[cautions.Caution, ...]:
    """Returns what a training warns of by itself."""
    return tuple(
        cautions.Caution(symptom.code, symptom.headline, symptom.text)
        for symptom in trained.record.symptoms()
    )


def _facts(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    evaluation: record.Evaluation,
    weights: str,
    date: datetime.date,
) -> tuple[tuple[str, str], ...]:
    """Says what was explained, as pairs of a label and its text."""
    images = search_result.table.num_images
    manifest = trained.dataset.manifest
    size = trained.stylex.style_space.size
    source = wording.without_folders(manifest.source)
    return (
        ("Images", f"{source}, {manifest.resolution} px"),
        ("Classifier", _describe(trained, evaluation)),
        (
            "Training",
            f"{evaluation.run.images_seen or 0:,} images, conditioning "
            f"{trained.settings.model.conditioning}"
            + (f"; {ending}" if (ending := trained.record.ending()) else ""),
        ),
        (
            "Search",
            f"{wording.count(images, 'held-out image')}, all "
            f"different; {size} style coordinates",
        ),
        ("Model", f"weights {weights}, step {trained.stylex.step:,}"),
        ("Date", f"{date:%d %B %Y}".lstrip("0")),
    )


def _effort(
    trained: trained_lib.TrainedRun, evaluation: record.Evaluation
) -> verdict.Effort:
    """Says what went into the run, and what it could tell from chance."""
    batch_size = trained.settings.training.batch_size
    best = trained.record.history.best
    agreement = evaluation.reconstruction.agreement
    tested = evaluation.significance.attributes
    images = len(trained.held_out.tested.ids)

    def smallest(count: int) -> float | None:
        return significance.smallest_share(
            count,
            attributes=int(tested.value) if tested else 1,
            rebuilding=1.0 - agreement.value if agreement else 0.0,
        )

    return verdict.Effort(
        images=trained.dataset.manifest.splits["train"],
        seen=trained.stylex.step * batch_size,
        best=None if best is None else int(best["step"]) * batch_size,
        smallest_share=smallest(images),
        smallest_share_of_ten=smallest(10 * images),
    )


def _describe(
    run: trained_lib.TrainedRun, evaluation: record.Evaluation
) -> str:
    settings, accuracy = run.settings.classifier, evaluation.classifier.accuracy
    name = (
        wording.without_folders(settings.path)
        if settings.path
        else f"{settings.architecture}, trained by this run"
    )
    if accuracy is None:
        return name
    return (
        f"{name}; right on {wording.percent(accuracy.value)} of "
        f"{accuracy.n:,} held-out images"
    )
