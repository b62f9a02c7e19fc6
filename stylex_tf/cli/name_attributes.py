r"""Names the attributes of an exported model, in a new version of it.

    stylex name_attributes 6="open mouth" 3=glasses --model=RUN/export

Each word is a style coordinate, as pages and tables show it ("style 6"), and
what to call it; `6=` takes its name away. Other names stay. The new version is
beside the one that is there, answers the same, and is the one that is loaded
and served from then on.
"""

import pathlib
from collections.abc import Mapping, Sequence

from absl import flags

from stylex_tf import errors
from stylex_tf.cli import command

_MODEL = flags.DEFINE_string(
    "model", None, "An exported model: the folder of all versions, or of one."
)


def main(argv: list[str]) -> None:
    """Publishes the version and prints its folder."""
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    from stylex_tf.api import exported_model

    if not _MODEL.value:
        raise errors.UsageError("--model is needed: an exported model")
    given = _read(argv[1:])
    version = exported_model.find_version(_MODEL.value)
    print(_publish(version, given))


def _read(words: Sequence[str]) -> dict[int, str]:
    """Returns the names by coordinate; empty takes one away."""
    given: dict[int, str] = {}
    for word in words:
        key, equals, name = word.partition("=")
        if not (equals and key.isascii() and key.isdecimal()):
            raise errors.UsageError(
                f'{word!r} is no name of a coordinate; expected 6="open mouth"'
            )
        if int(key) in given:
            raise errors.UsageError(f"coordinate {key} is named twice")
        given[int(key)] = name.strip()
    if not given:
        raise errors.UsageError('no name is given; expected 6="open mouth"')
    return given


def _publish(version: pathlib.Path, given: Mapping[int, str]) -> pathlib.Path:
    """Publishes the version with the names, after checking them."""
    from stylex_tf.api import description as descriptions
    from stylex_tf.export import description_files, renaming
    from stylex_tf.report import attribute_names

    known = descriptions.parse(description_files.read(version))
    for coordinate, name in given.items():
        if coordinate >= known.searched:
            raise errors.UsageError(
                f"{version} has no coordinate {coordinate}; expected 0 to "
                f"{known.searched - 1}"
            )
        if len(name) > attribute_names.LONGEST:
            raise errors.UsageError(
                f"the name of coordinate {coordinate} has {len(name)} "
                f"characters; expected at most {attribute_names.LONGEST}"
            )
    names = {**known.attribute_names, **given}
    return renaming.publish(
        version, {key: name for key, name in names.items() if name}
    )


if __name__ == "__main__":
    command.run(main)
