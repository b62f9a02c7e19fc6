"""Opens .keras and .h5 files: what is in them is read before Keras loads it."""

import json
import logging
import pathlib
import zipfile
from collections.abc import Callable
from typing import Any

import h5py
import keras

from stylex_tf import errors
from stylex_tf.classifiers import (
    hdf5_check,
    keras_config,
    keras_weights,
    other_files,
    precision,
)

_LOGGER = logging.getLogger(__name__)

# How a zip starts.
_ZIP = b"PK"
# A config is some hundred kilobytes.
_LARGEST_JSON = 64 << 20
_NAMED = 5


def read(path: pathlib.Path, *, run_foreign_code: bool = False) -> keras.Model:
    """Loads a .keras or .h5 file, in float32 whatever the global policy.

    Args:
        path: the file.
        run_foreign_code: also load what is none of Keras's own parts, which
            runs code that the file brings or names.

    Raises:
        ClassifierError: the file is damaged, holds no model, is of a Keras
            that this one cannot read, or names foreign code.
    """
    config = _config(path)
    if isinstance(config, dict) and "class_name" not in config:
        raise errors.ClassifierError(
            f"{path} holds a config of no model; save the whole model, with "
            "model.save(FILE.keras)"
        )
    foreign = keras_config.foreign(config)
    if foreign:
        _refuse_or_warn(path, foreign, run_foreign_code)
    try:
        with precision.float32_policy():
            model = keras.models.load_model(
                path, compile=False, safe_mode=not run_foreign_code
            )
    # Keras raises anything of a file that is damaged, or of another version.
    except Exception as error:
        raise errors.ClassifierError(
            f"Keras {keras.__version__} cannot read {path}, which is damaged "
            f"or of another version: {errors.first_line(error)}. Save it "
            "again, or call model.export(FOLDER) where it was made and give "
            "that folder"
        ) from error
    if not isinstance(model, keras.Model):
        raise errors.ClassifierError(
            f"{path} holds a {type(model).__name__}, and no model; save the "
            "whole model, with model.save(FILE.keras)"
        )
    # It is not frozen: in a frozen model a batch normalisation that was called
    # with training=True gives another answer than in the user's own.
    return model


def _refuse_or_warn(
    path: pathlib.Path, foreign: list[str], allowed: bool
) -> None:
    named = ", ".join(foreign[:_NAMED])
    if len(foreign) > _NAMED:
        named += f" and {len(foreign) - _NAMED} more"
    if not allowed:
        raise errors.ClassifierError(
            f"{path} names code that is not Keras's own: {named}. Loading it "
            "would run that code. Call model.export(FOLDER) where the model "
            "was made, and give that folder; or, if you trust who made it, "
            "set classifier.run_foreign_code"
        )
    _LOGGER.warning(
        "classifier.run_foreign_code: %s is loaded with %s. That code runs "
        "now, and may do whatever you may: read, write and send your files.",
        path,
        named,
    )


def _config(path: pathlib.Path) -> Any:
    """Returns the model's config, as the file has it."""
    try:
        with open(path, "rb") as file:
            start = file.read(len(_ZIP))
    except OSError as error:
        raise errors.ClassifierError(
            f"{path} cannot be read: {error.strerror}"
        ) from error
    # By the same questions, in the same order, as Keras's load_model: a file
    # that is both kinds at once would be checked as one, and loaded as the
    # other.
    if str(path).endswith(".keras") and zipfile.is_zipfile(path):
        hdf5_check.check(path)
        return _config_of_zip(path)
    if h5py.is_hdf5(path):
        hdf5_check.check(path)
        return _config_of_hdf5(path)
    # What is left is cut short, or has another ending. Keras cannot read it.
    if start == _ZIP:
        return _config_of_zip(path)
    raise errors.ClassifierError(other_files.unknown(path))


def _config_of_hdf5(path: pathlib.Path) -> Any:
    try:
        with h5py.File(path, "r") as file:
            attributes = dict(file.attrs)
    # h5py: OSError, RuntimeError, KeyError, by where the damage is.
    except Exception as error:
        raise _damaged(path, error) from error
    config = attributes.get("model_config")
    if config is None:
        raise errors.ClassifierError(
            f"{path} holds weights without a model; save the whole model, "
            "with model.save(FILE.keras)"
        )
    _check_version(path, attributes.get("keras_version", "2"))
    _check_weights(path, keras_weights.check_file)
    return _parsed(path, config)


def _check_weights(
    path: pathlib.Path, check: Callable[[pathlib.Path], None]
) -> None:
    try:
        check(path)
    except keras_weights.WeightsError as error:
        raise errors.ClassifierError(
            f"{path} is not a file as Keras saves it: {error}. Save the model "
            "again, with model.save(FILE.keras)"
        ) from error
    # h5py, zipfile: anything, by where the damage is.
    except Exception as error:
        raise _damaged(path, error) from error


def _config_of_zip(path: pathlib.Path) -> Any:
    about = _parsed(path, _member(path, "metadata.json"))
    version = about.get("keras_version") if isinstance(about, dict) else None
    if not version:
        raise errors.ClassifierError(
            f"{path} does not say which Keras wrote it (metadata.json); it is "
            "damaged, or not a .keras file"
        )
    _check_version(path, version)
    config = _parsed(path, _member(path, "config.json"))
    if isinstance(config, dict):
        # Keras leaves it away as well, where it is not to compile: a loss of
        # the user's own explains nothing, and is not run.
        config.pop("compile_config", None)
    _check_weights(path, keras_weights.check_archive)
    return config


def _member(path: pathlib.Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as file:
            content = file.read(_LARGEST_JSON + 1)
    except KeyError as error:
        raise errors.ClassifierError(
            f"{path} is not a .keras file: {error.args[0]}"
        ) from error
    # zipfile: anything, by where the damage is.
    except Exception as error:
        raise _damaged(path, error) from error
    if len(content) > _LARGEST_JSON:
        raise errors.ClassifierError(
            f"{path}: {name} is beyond {_LARGEST_JSON >> 20} MiB; no model "
            "has such a config"
        )
    return content


def _parsed(path: pathlib.Path, text: bytes | str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise _damaged(path, error) from error


def _check_version(path: pathlib.Path, version: Any) -> None:
    written = version.decode() if isinstance(version, bytes) else str(version)
    major = written.split(".")[0]
    if not major.isdecimal() or int(major) > _major():
        raise errors.ClassifierError(
            f"{path} was written by Keras {written}, and Keras "
            f"{keras.__version__} cannot read it. Where it was written, "
            "call model.export(FOLDER), and give that folder instead"
        )


def _major() -> int:
    return int(keras.__version__.split(".")[0])


def _damaged(path: pathlib.Path, error: Exception) -> errors.ClassifierError:
    return errors.ClassifierError(
        f"{path} is damaged or cut short ({errors.first_line(error)}); copy it "
        "again"
    )
