"""Reads what people called the coordinates of a run."""

import dataclasses
import hashlib
from collections.abc import Mapping

from stylex_tf.report import attribute_names
from stylex_tf.runs import trained as trained_lib


@dataclasses.dataclass(frozen=True)
class GivenNames:
    """Names by coordinate.

    Attributes:
        run: whose coordinates; no other run has the same.
        names: the names of the coordinates that have one.
    """

    run: str
    names: Mapping[int, str]


def read(trained: trained_lib.TrainedRun) -> GivenNames:
    """Reads `attributes/names.json` of a run, if there is one.

    Raises:
        NamesError: it is not what a report exports, or another run's.
    """
    run = _fingerprint(trained)
    path = trained.folder.attributes / attribute_names.FILE_NAME
    size = trained.stylex.style_space.size
    return GivenNames(run, attribute_names.load(path, run, size))


def _fingerprint(trained: trained_lib.TrainedRun) -> str:
    """Digests the generator's weights, which give coordinates meaning."""
    digest = hashlib.sha256()
    for weight in trained.stylex.averages.generator.weights:
        digest.update(weight.numpy().tobytes())
    return digest.hexdigest()[:16]
