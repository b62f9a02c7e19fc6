"""Opens an export in this process: the backend without a server."""

import hashlib
import pathlib
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from stylex_tf import errors, plain_paths
from stylex_tf.api import backend as backends
from stylex_tf.api import description as descriptions
from stylex_tf.api import quiet, shipped
from stylex_tf.export import description_files, manifest, signatures

with quiet.start():
    import tensorflow as tf


class ExportedModel:
    """One version of an exported model, checked and loaded.

    Attributes:
        path: the folder of the version.
        description: what the model says of itself.
        sha256: of the manifest, which holds the checksum of every file.
    """

    def __init__(self, path: pathlib.Path):
        """Checks the files of a version, then loads it.

        A model is a program: one whose files are not those of its manifest is
        not loaded. That tells damage, not an attacker.

        Raises:
            UsageError: it is damaged, or no export of StylEx.
        """
        if not (path / description_files.CONTRACT).is_file():
            raise errors.UsageError(
                f"{path} is a SavedModel without {description_files.CONTRACT}; "
                "expected one that StylEx exported"
            )
        problems = manifest.problems(path)
        if problems:
            raise errors.UsageError(
                f"{path} is not what was exported, copy it again: "
                + "; ".join(problems[:3])
            )
        self.path = path
        self.description = descriptions.parse(description_files.read(path))
        content = (path / manifest.NAME).read_bytes()
        self.sha256 = hashlib.sha256(content).hexdigest()
        # Keeps the variables alive while the signatures are called.
        with quiet.start(), plain_paths.of(path) as plain:
            self._loaded = tf.saved_model.load(str(plain))
        missing = set(signatures.CONTRACT) - set(self._loaded.signatures)
        # What an older export does not say, its files tell.
        missing -= {signatures.DESCRIBE.name}
        if missing:
            raise errors.UsageError(
                f"{path} has no signature {', '.join(sorted(missing))}; "
                "expected an export of this version of StylEx: export it again"
            )

    def ask(
        self,
        signature: signatures.Signature,
        inputs: Mapping[str, np.ndarray],
    ) -> backends.Answer:
        """Asks once by a signature: see `Backend.ask`."""
        tensors = {
            name: tf.constant(inputs[name], info.dtype)
            for name, info in signature.inputs.items()
        }
        answer = self._loaded.signatures[signature.name](**tensors)
        return {name: answer[name].numpy() for name in signature.outputs}

    def provenance(self) -> dict[str, Any]:
        """Says which model answers, and by what, as plain JSON."""
        return {
            "model": str(self.path),
            # A model that ships is called as it is asked for.
            "name": shipped.name_of(self.path) or self.description.name,
            "version": self.path.name,
            "model_sha256": self.sha256,
            "tensorflow": tf.__version__,
        }

    def close(self) -> None:
        """Does nothing: the memory goes with the object."""


def find_version(path: str | pathlib.Path) -> pathlib.Path:
    """Finds the folder of one version: the path, or the highest in it.

    Raises:
        UsageError: there is none; the message says what was found instead.
    """
    folder = pathlib.Path(path).expanduser()
    if not folder.is_dir():
        # A name, where no folder has it.
        named = shipped.find(str(path))
        if named is None:
            raise shipped.unknown(folder)
        folder = named
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
