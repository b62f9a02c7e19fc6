"""An export that was opened: its facts, and its signatures to be asked."""

import hashlib
import json
import pathlib
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import errors, plain_paths
from stylex_tf.export import manifest, signatures

Answer = dict[str, np.ndarray]

_CONTRACT = "assets/contract.json"
_CLASS_NAMES = "assets/class_names.json"


class ExportedModel:
    """One version of an exported StylEx, loaded by TensorFlow alone.

    Attributes:
        path: the folder of the version.
        class_names: in the order of the classifier's logits.
        resolution: R, height and width of the model's images.
        searched: S, style coordinates that are searched.
        max_top_k: attributes an image that one question may ask for.
        max_pixels: of an image.
        sha256: of the manifest, which holds the checksum of every file.
    """

    def __init__(self, path: pathlib.Path):
        """Checks the files of a version, then loads it.

        A model is a program: one whose files are not those of its manifest is
        not loaded. That tells damage, not an attacker.

        Raises:
            UsageError: it is damaged, or no export of StylEx.
        """
        if not (path / _CONTRACT).is_file():
            raise errors.UsageError(
                f"{path} is a SavedModel without {_CONTRACT}; expected one "
                "that StylEx exported"
            )
        problems = manifest.problems(path)
        if problems:
            raise errors.UsageError(
                f"{path} is not what was exported, copy it again: "
                + "; ".join(problems[:3])
            )
        contract = _read(path, _CONTRACT)
        self.path = path
        self.class_names = tuple(_read(path, _CLASS_NAMES))
        self.resolution = int(contract["sizes"]["R"])
        self.searched = int(contract["sizes"]["S"])
        self.max_top_k = int(contract["max_top_k"])
        self.max_pixels = int(contract["max_pixels"])
        content = (path / manifest.NAME).read_bytes()
        self.sha256 = hashlib.sha256(content).hexdigest()
        # Keeps the variables alive while the signatures are called.
        with plain_paths.of(path) as plain:
            self._loaded = tf.saved_model.load(str(plain))
        missing = set(signatures.CONTRACT) - set(self._loaded.signatures)
        if missing:
            raise errors.UsageError(
                f"{path} has no signature {', '.join(sorted(missing))}; "
                "expected an export of this version of StylEx: export it again"
            )

    def ask(
        self, signature: signatures.Signature, inputs: Mapping[str, Any]
    ) -> Answer:
        """Asks once by a signature of the contract.

        Args:
            signature: which.
            inputs: all that it takes, each with the same number of rows.

        Returns:
            What the signature says, as arrays; strings as bytes.
        """
        tensors = {
            name: tf.constant(inputs[name], info.dtype)
            for name, info in signature.inputs.items()
        }
        answer = self._loaded.signatures[signature.name](**tensors)
        return {name: answer[name].numpy() for name in signature.outputs}

    def provenance(self) -> dict[str, Any]:
        """Which model answers, and by what, as plain JSON."""
        return {
            "model": str(self.path),
            "model_sha256": self.sha256,
            "tensorflow": tf.__version__,
        }


def find_version(path: str | pathlib.Path) -> pathlib.Path:
    """The folder of one version: the path itself, or the highest number in it.

    Raises:
        UsageError: there is none; the message says what was found instead.
    """
    folder = pathlib.Path(path).expanduser()
    if not folder.is_dir():
        raise errors.UsageError(
            f"{folder}: no such folder; expected an exported model, as "
            "`train` writes to RUN/export"
        )
    if (folder / "saved_model.pb").is_file():
        return folder
    versions = [
        entry
        for entry in folder.iterdir()
        if entry.name.isdecimal() and (entry / "saved_model.pb").is_file()
    ]
    if versions:
        return max(versions, key=lambda entry: int(entry.name))
    if (folder / "export").is_dir():
        raise errors.UsageError(
            f"{folder} is a run folder; its models are in {folder / 'export'}"
        )
    raise errors.UsageError(
        f"{folder} holds no saved_model.pb and no numbered version with one; "
        "expected an exported model, as `train` writes to RUN/export"
    )


def announce(path: pathlib.Path) -> None:
    """Says that a version is being loaded, which takes some seconds."""
    size = sum(file.stat().st_size for file in path.rglob("*"))
    print(f"loading {path} ({size / 1e6:.1f} MB)", file=sys.stderr)


def _read(path: pathlib.Path, name: str) -> Any:
    try:
        return json.loads((path / name).read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.UsageError(
            f"{path / name}: {error.strerror}; expected an export of StylEx"
        ) from error
