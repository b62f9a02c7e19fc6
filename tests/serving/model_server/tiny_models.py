"""SavedModels so small that a test can write one: numbers and strings."""

import pathlib
import shutil

import tensorflow as tf


class _Model(tf.Module):
    """Its answers tell which version gave them: all contain the factor."""

    def __init__(self, factor: float):
        super().__init__()
        self.factor = tf.Variable(factor)

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "x")])
    def scale(self, x):
        return {"y": x * self.factor, "x_sum": tf.reduce_sum(x, axis=1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def shout(self, text):
        return {"upper": tf.strings.upper(text), "text_bytes": text}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.float32, "a"),
            tf.TensorSpec([None], tf.int32, "b"),
        ]
    )
    def add(self, a, b):
        return {"sum": a + tf.cast(b, tf.float32)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def root(self, x):
        """Refuses negative numbers, as a decoder refuses what is no image."""
        tf.debugging.assert_non_negative(x, "x is negative")
        return {"root": tf.sqrt(x)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32, "steps")])
    def spin(self, steps):
        """Takes its time, and can be stopped between two steps."""
        most = tf.reduce_max(steps)
        total = tf.while_loop(
            lambda i, _: i < most,
            lambda i, total: (i + 1, total + tf.sin(tf.cast(i, tf.float32))),
            (0, 0.0),
        )[1]
        return {"total": tf.fill(tf.shape(steps), total)}


def save(
    base: str | pathlib.Path, version: int, factor: float = 2.0
) -> pathlib.Path:
    """Publishes a version, as an export should be: written, then renamed.

    Returns:
        The folder of the version.
    """
    model = _Model(factor)
    base = pathlib.Path(base)
    temporary = base / f"incoming-{version}"
    tf.saved_model.save(
        model,
        str(temporary),
        signatures={
            "serving_default": model.scale,
            "shout": model.shout,
            "add": model.add,
            "root": model.root,
            "spin": model.spin,
        },
    )
    return temporary.rename(base / str(version))


def copy(path: pathlib.Path, base: str | pathlib.Path, version: int):
    """Publishes a copy of a version, which is quicker than to save one."""
    base = pathlib.Path(base)
    base.mkdir(parents=True, exist_ok=True)
    shutil.copytree(path, base / "incoming")
    return (base / "incoming").rename(base / str(version))


def break_(path: pathlib.Path) -> None:
    """Makes of a SavedModel one that cannot be loaded."""
    (path / "saved_model.pb").write_bytes(b"this is no SavedModel")
