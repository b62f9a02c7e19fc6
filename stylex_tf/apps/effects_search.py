"""Drives the exhaustive search: every edit of every image, a chunk a call."""

import hashlib
import pathlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from stylex_tf import errors
from stylex_tf.api import connection as connections
from stylex_tf.api import picture_inputs, questions, served
from stylex_tf.apps import effects_store
from stylex_tf.export import signatures

# Hears how many edits are done, and of how many.
Progress = Callable[[int, int], object]


def search(
    backend: served.Served,
    paths: Sequence[pathlib.Path],
    output: pathlib.Path,
    *,
    edits_per_call: int = signatures.MAX_MEASURED,
    images_per_call: int = 4,
    progress: Progress | None = None,
) -> None:
    """Measures all 2S edits of N images and writes the table.

    What is measured is kept in `<output>.parts` until the table is written; a
    search that was stopped in any way goes on there, with the version of the
    model that it began with.

    Args:
        backend: whom to ask.
        paths: the images, looked at before anything is sent.
        output: a new folder, which `attributes.effects.load` reads.
        edits_per_call: how many edits of one image a call measures, 1 to 64.
        images_per_call: images in one request, 1 to 32; so many edits each.
        progress: hears how many edits are measured.

    Raises:
        UsageError: the table is there; an image cannot be read, or is there
            twice; what was begun is another search, or is at work; or the
            server's answers are not finite.
        ServerError: see `Questions`. Asked again, it goes on.
    """
    _check_bound("edits_per_call", edits_per_call, signatures.MAX_MEASURED)
    _check_bound(
        "images_per_call", images_per_call, signatures.STYLE_EFFECTS.max_batch
    )
    folder = output.with_name(f"{output.name}.parts")
    if output.exists() and not folder.exists():
        raise errors.UsageError(f"{output} is there already")
    files = tuple(map(str, paths))
    if len(set(files)) < len(files):
        raise errors.UsageError("an image is there twice")
    picture_inputs.check(paths)
    sha256 = tuple(
        hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    )
    plan = effects_store.read_plan(folder)
    if plan is None:
        plan = _plan(backend, files, sha256)
        effects_store.create(folder, plan)
    _check_same(backend.wanted, plan, files, sha256, folder)
    asked = questions.Questions(backend.at_version(plan.version))
    with effects_store.EffectsStore(folder, plan) as store:
        total = len(files) * plan.num_edits
        if progress is not None:
            progress(int(store.done.sum()), total)
        for rows in _groups(store, images_per_call):
            _measure(asked, paths, rows, store, edits_per_call)
            if progress is not None:
                progress(int(store.done.sum()), total)
        store.publish(output)


def _check_bound(name: str, value: int, largest: int) -> None:
    if not 1 <= value <= largest:
        raise errors.UsageError(f"{name} is {value}; expected 1 to {largest}")


def _plan(
    backend: served.Served, files: tuple[str, ...], sha256: tuple[str, ...]
) -> effects_store.Plan:
    known = backend.description
    if known.ranges is None or not known.searched:
        raise errors.UsageError(
            f"{backend.model.name} does not tell how many coordinates it has, "
            "nor how far they reach: its export is older than `describe`; "
            "export it again"
        )
    version = backend.model.version
    assert version is not None, "a backend knows the version it asks"
    return effects_store.Plan(
        model=backend.model.name,
        version=version,
        files=files,
        sha256=sha256,
        num_searched=known.searched,
        num_classes=len(known.class_names),
        minimum=tuple(known.ranges[0].tolist()),
        maximum=tuple(known.ranges[1].tolist()),
        shift_size=known.style_strength,
    )


def _check_same(
    wanted: connections.Model,
    plan: effects_store.Plan,
    files: tuple[str, ...],
    sha256: tuple[str, ...],
    folder: pathlib.Path,
) -> None:
    """Raises UsageError where what was begun is another search."""
    for name, begun, now in (
        ("model", plan.model, wanted.name),
        (
            "version",
            plan.version,
            plan.version if wanted.version is None else wanted.version,
        ),
        ("images", plan.files, files),
        ("content of the images", plan.sha256, sha256),
    ):
        if begun != now:
            difference = (
                "" if isinstance(begun, tuple) else f": {begun}, not {now}"
            )
            raise errors.UsageError(
                f"{folder} was begun with another {name}{difference}; remove "
                "it to begin anew"
            )


def _groups(
    store: effects_store.EffectsStore, images_per_call: int
) -> Iterator[list[int]]:
    """Yields groups of images with edits left to measure, until none has."""
    while True:
        left = np.flatnonzero(store.done < store.plan.num_edits)
        if not left.size:
            return
        yield left[:images_per_call].tolist()


def _measure(
    asked: questions.Questions,
    paths: Sequence[pathlib.Path],
    rows: Sequence[int],
    store: effects_store.EffectsStore,
    edits_per_call: int,
) -> None:
    """Asks for the next edits of some images, in one call, and keeps them."""
    plan = store.plan
    first = store.done[list(rows)]
    count = np.minimum(edits_per_call, plan.num_edits - first)
    answer = asked.style_effects(
        [picture_inputs.file_bytes(paths[row]) for row in rows],
        first_edit=first,
        num_edits=count,
    )
    effects = []
    for i, row in enumerate(rows):
        part = slice(0, count[i])
        edits = np.arange(first[i], first[i] + count[i])
        if not (
            np.array_equal(
                answer["coordinates"][i, part], edits % plan.num_searched
            )
            and np.array_equal(
                answer["directions"][i, part], edits // plan.num_searched
            )
        ):
            raise errors.UsageError(
                f"{paths[row]}: the answer is of other edits than "
                f"{edits[0]} to {edits[-1]}"
            )
        effects.append(answer["effects"][i, part])
        if not np.isfinite(effects[-1]).all():
            raise errors.UsageError(
                f"{paths[row]}: an effect is not finite, among edits "
                f"{edits[0]} to {edits[-1]}"
            )
    store.add(rows, effects, answer["base_logits"])
