"""Drives the exhaustive search: every edit of every image, a chunk a call."""

import hashlib
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np

from serving.stylex_client import client as clients
from serving.stylex_client import effects_store, errors, image_files
from serving.stylex_client import progress as progresses
from stylex_tf.export import signatures


def search(
    client: clients.StylexClient,
    paths: Sequence[pathlib.Path],
    output: pathlib.Path,
    *,
    edits_per_call: int = signatures.MAX_MEASURED,
    images_per_call: int = 4,
    progress: progresses.Progress | None = None,
) -> None:
    """Measures all 2S edits of N images and writes the table.

    What is measured is kept in `<output>.parts` until the table is written; a
    search that was stopped in any way goes on there, with the version of the
    model that it began with.

    Args:
        client: whom to ask.
        paths: the images, looked at before anything is sent.
        output: an .npz: see `EffectsStore.publish`.
        edits_per_call: of one image, 1 to 64: what one call costs.
        images_per_call: 1 to 32; so many times that.
        progress: hears how many edits are measured.

    Raises:
        ClientError: the table is there; an image cannot be read, or is there
            twice; what was begun is another search, or is at work; or the
            server's answers are not finite.
        ServerError: see `StylexClient`. Asked again, it goes on.
    """
    _check_bound("edits_per_call", edits_per_call, signatures.MAX_MEASURED)
    _check_bound(
        "images_per_call", images_per_call, signatures.STYLE_EFFECTS.max_batch
    )
    folder = output.with_name(f"{output.name}.parts")
    if output.exists() and not folder.exists():
        raise errors.ClientError(f"{output} is there already")
    files = tuple(map(str, paths))
    if len(set(files)) < len(files):
        raise errors.ClientError("an image is there twice")
    image_files.check(paths)
    sha256 = tuple(
        hashlib.sha256(image_files.read(path)).hexdigest() for path in paths
    )
    plan = effects_store.read_plan(folder)
    if plan is None:
        plan = _plan(client.pinned(), paths, files, sha256)
        effects_store.create(folder, plan)
    _check_same(client, plan, files, sha256, folder)
    client = client.at_version(plan.version)
    with effects_store.EffectsStore(folder, plan) as store:
        total = len(files) * plan.num_edits
        if progress is not None:
            progress(int(store.done.sum()), total)
        for rows in _groups(store, images_per_call):
            _measure(client, paths, rows, store, edits_per_call)
            if progress is not None:
                progress(int(store.done.sum()), total)
        store.publish(output)


def _check_bound(name: str, value: int, largest: int) -> None:
    if not 1 <= value <= largest:
        raise errors.ClientError(f"{name} is {value}; expected 1 to {largest}")


def _plan(
    client: clients.StylexClient,
    paths: Sequence[pathlib.Path],
    files: tuple[str, ...],
    sha256: tuple[str, ...],
) -> effects_store.Plan:
    """Asks how many coordinates and classes there are.

    Edit e < 2S moves coordinate e mod S in direction e div S. Between S and
    2S - 1 there is always a power of two, and it tells S; the powers before it
    are smaller than S, so that no question is out of range.
    """
    image = image_files.read(paths[0])
    edit = 1
    while True:
        answer = client.style_effects([image], first_edit=[edit], num_edits=[1])
        if answer["directions"][0, 0] == 1:
            break
        edit *= 2
    version = client.model.version
    assert version is not None, "a pinned client has a version"
    return effects_store.Plan(
        model=client.model.name,
        version=version,
        files=files,
        sha256=sha256,
        num_searched=edit - int(answer["coordinates"][0, 0]),
        num_classes=answer["base_logits"].shape[1],
    )


def _check_same(
    client: clients.StylexClient,
    plan: effects_store.Plan,
    files: tuple[str, ...],
    sha256: tuple[str, ...],
    folder: pathlib.Path,
) -> None:
    """Raises ClientError where what was begun is another search."""
    wanted = client.model.version
    for name, begun, now in (
        ("model", plan.model, client.model.name),
        ("version", plan.version, plan.version if wanted is None else wanted),
        ("images", plan.files, files),
        ("content of the images", plan.sha256, sha256),
    ):
        if begun != now:
            found = "" if isinstance(begun, tuple) else f": {begun}, not {now}"
            raise errors.ClientError(
                f"{folder} was begun with another {name}{found}; remove it to "
                "begin anew"
            )


def _groups(
    store: effects_store.EffectsStore, images_per_call: int
) -> Iterator[list[int]]:
    """Images of which something is left, the first ones, until none is."""
    while True:
        left = np.flatnonzero(store.done < store.plan.num_edits)
        if not left.size:
            return
        yield left[:images_per_call].tolist()


def _measure(
    client: clients.StylexClient,
    paths: Sequence[pathlib.Path],
    rows: Sequence[int],
    store: effects_store.EffectsStore,
    edits_per_call: int,
) -> None:
    """Asks for the next edits of some images, in one call, and keeps them."""
    plan = store.plan
    first = store.done[list(rows)]
    count = np.minimum(edits_per_call, plan.num_edits - first)
    answer = client.style_effects(
        [image_files.read(paths[row]) for row in rows],
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
            raise errors.ClientError(
                f"{paths[row]}: the answer is of other edits than "
                f"{edits[0]} to {edits[-1]}"
            )
        effects.append(answer["effects"][i, part])
        if not np.isfinite(effects[-1]).all():
            raise errors.ClientError(
                f"{paths[row]}: an effect is not finite, among edits "
                f"{edits[0]} to {edits[-1]}"
            )
    store.add(rows, effects, answer["base_logits"])
