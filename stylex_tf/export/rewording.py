"""Changes what a saved model says of itself, and nothing else of it.

The text that `describe` answers is a constant in the graph. Saved again by
TensorFlow, the same model has other bytes in every file, as those of its
weights, of which a repository then keeps a second copy.
"""

import pathlib
import shutil

from tensorflow.core.protobuf import saved_model_pb2

from stylex_tf import errors

_GRAPHS = "saved_model.pb"
# A checksum of the graphs as TensorFlow wrote them. It loads a model without.
_FINGERPRINT = "fingerprint.pb"


def copy(
    version: pathlib.Path, folder: pathlib.Path, before: str, after: str
) -> None:
    """Copies every file of a version; in its graphs, the text is another.

    Args:
        version: the folder of a saved model.
        folder: where the copy goes, an empty folder.
        before: the text that `describe` answers.
        after: what it shall answer.

    Raises:
        ExportError: that text is not in its graphs.
    """
    content = saved_model_pb2.SavedModel()
    content.ParseFromString((version / _GRAPHS).read_bytes())
    if not _replace(content, before.encode(), after.encode()):
        raise errors.ExportError(
            f"{version / _GRAPHS} does not hold what `describe` answers"
        )
    shutil.copytree(
        version,
        folder,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns(_GRAPHS, _FINGERPRINT),
    )
    (folder / _GRAPHS).write_bytes(
        content.SerializeToString(deterministic=True)
    )


def _replace(
    content: saved_model_pb2.SavedModel, before: bytes, after: bytes
) -> int:
    """Replaces a text wherever it is a constant; returns in how many places."""
    places = 0
    for meta in content.meta_graphs:
        graph = meta.graph_def
        for nodes in (
            graph.node,
            *(f.node_def for f in graph.library.function),
        ):
            for node in nodes:
                tensor = (
                    node.attr["value"].tensor if node.op == "Const" else None
                )
                if tensor is not None and list(tensor.string_val) == [before]:
                    tensor.string_val[0] = after
                    places += 1
    return places
