"""An explanation of images, written as a folder of pictures and one JSON."""

import json
import os
import pathlib
import shutil
import uuid
from collections.abc import Sequence
from typing import Any

from serving.stylex_client import client as clients
from serving.stylex_client import errors, image_files
from serving.stylex_client import progress as progresses

JSON_FILE = "explanation.json"


def write(
    client: clients.StylexClient,
    paths: Sequence[pathlib.Path],
    folder: pathlib.Path,
    *,
    target_class: int = -1,
    top_k: int = 4,
    progress: progresses.Progress | None = None,
) -> None:
    """Explains images; the folder appears when it is complete, or not at all.

    Picture `0002-before.png` is the reconstruction of image 2, counted from 0,
    `0002-1.png` its first attribute's edit. `explanation.json` has the numbers:
    for each image its class, and for each attribute what `edit` takes.

    Args:
        client: whom to ask; one version answers all.
        paths: the images, looked at before anything is sent.
        folder: must not be there yet.
        target_class: to move towards; -1: away from the likeliest.
        top_k: attributes an image.
        progress: hears how many images are done.

    Raises:
        ClientError: the folder is there, or an image cannot be read.
        ServerError: see `StylexClient`.
    """
    if folder.exists():
        raise errors.ClientError(f"{folder} is there already")
    image_files.check(paths)
    client = client.pinned()
    temporary = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
    temporary.mkdir(parents=True)
    try:
        images: list[dict[str, Any]] = []
        if progress is not None:
            progress(0, len(paths))
        for index, path in enumerate(paths):
            images.append(
                {
                    "file": str(path),
                    **_explain(
                        client,
                        image_files.read(path),
                        temporary,
                        f"{index:04d}",
                        target_class,
                        top_k,
                    ),
                }
            )
            if progress is not None:
                progress(len(images), len(paths))
        document = {
            "model": client.model.name,
            "version": client.model.version,
            "target_class": target_class,
            "images": images,
        }
        text = json.dumps(document, indent=1, ensure_ascii=False)
        (temporary / JSON_FILE).write_text(text + "\n", encoding="utf-8")
        try:
            os.rename(temporary, folder)
        except OSError as error:
            raise errors.ClientError(
                f"{folder}: {error.strerror or error}"
            ) from error
    finally:
        # Gone already, if it was renamed.
        shutil.rmtree(temporary, ignore_errors=True)


def _explain(
    client: clients.StylexClient,
    image: bytes,
    folder: pathlib.Path,
    name: str,
    target_class: int,
    top_k: int,
) -> dict[str, Any]:
    classified = client.classify([image])
    rebuilt = client.reconstruct([image])
    found = client.explain([image], target_class=target_class, top_k=top_k)
    before = f"{name}-before.png"
    (folder / before).write_bytes(rebuilt["image_bytes"][0])
    attributes = []
    for rank, coordinate in enumerate(found["coordinates"][0]):
        if coordinate < 0:
            continue
        after = f"{name}-{rank + 1}.png"
        (folder / after).write_bytes(found["edited_bytes"][0, rank])
        attributes.append(
            {
                "coordinate": int(coordinate),
                "direction": int(found["directions"][0, rank]),
                "strength": float(found["strengths"][0, rank]),
                "shift": float(found["shifts"][0, rank]),
                "effect": float(found["effects"][0, rank]),
                "probabilities": found["probabilities_after"][0, rank].tolist(),
                "after": after,
            }
        )
    return {
        "class": int(classified["class"][0]),
        "class_name": classified["class_name"][0].decode(),
        "probabilities": classified["probabilities"][0].tolist(),
        "before": before,
        "probabilities_before": found["probabilities_before"][0].tolist(),
        "attributes": attributes,
    }
