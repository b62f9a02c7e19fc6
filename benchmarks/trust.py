r"""Measures whether a model tells when its explanation means nothing.

    bazel run //benchmarks:trust -- --model=faces_32

A model flags an image as doubtful where its reconstruction is of another class,
or where it is more foreign than 98 % of the held-out images that the export was
measured on (`stylex_tf/export/held_out.py`). Here it judges images that those
are not: held-out ones of its own kind, uniform noise, the held-out ones
inverted, pictures of other worlds, photographs of other domains
(`--photographs=birds=birds.zip`) and, of a data set of more classes, two
others. The held-out images are those of its test images that the export was not
measured on; what is drawn has a seed of its own. No picture is there twice.

It writes benchmarks/results/trust_<model>.json: of each kind how many images
there were, the share that was flagged, and why.
"""

import dataclasses
import json
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from absl import flags
from PIL import Image

from benchmarks import commit, result_file
from stylex_tf import config, errors
from stylex_tf.api import exported_model, picture_inputs, questions, trust
from stylex_tf.cli import command
from stylex_tf.data import preparation
from stylex_tf.data.sources import idx
from stylex_tf.data.worlds import worlds
from stylex_tf.runs import held_out as held_out_lib

_MODEL = flags.DEFINE_string("model", "faces_32", "The name of one that ships.")
_HELD_OUT = flags.DEFINE_integer("held_out", 400, "Held-out images.")
_OTHERS = flags.DEFINE_integer("others", 200, "Images of every other kind.")
_SOURCE = flags.DEFINE_string(
    "source", "", "Where its data set is; default: as in its config."
)
_WORLDS = flags.DEFINE_list(
    "worlds",
    ["faces", "avatars", "cottages", "fish"],
    "Whose pictures are of another domain; the model's own is left out.",
)
_PHOTOGRAPHS = flags.DEFINE_list(
    "photographs",
    [],
    "Photographs of other domains: NAME=SOURCE, with any folders in them.",
)

# No run, and no measure of held-out images, has drawn with it.
_SEED = 90_210
_AT_ONCE = 64
_ALL = 100_000


def flagged(
    model: exported_model.ExportedModel, images: np.ndarray
) -> dict[str, Any]:
    """Judges images of one kind.

    Args:
        model: the export.
        images: uint8 [N, R, R, 3], of the model's resolution.

    Returns:
        `n`; `flagged`, the share that is doubtful; `class` and `foreign`, the
        shares that each reason alone would flag; and the shares that stand
        further out than the limit in one regard: `reconstruction`, `styles`,
        `photographs`, `negatives`.
    """
    held_out = model.description.held_out
    if held_out is None or held_out.sight is None:
        raise errors.UsageError(
            f"{model.path} does not tell how its held-out images were; "
            "stylex measure_held_out lets it"
        )
    limit = _limit(held_out.sight.foreignness)
    asked = questions.Questions(model)
    judged: list[trust.Trust] = []
    standings: dict[str, list[float]] = {}
    for start in range(0, len(images), _AT_ONCE):
        part = images[start : start + _AT_ONCE]
        encoded = [picture_inputs.png(Image.fromarray(image)) for image in part]
        rebuilt = asked.reconstruct(encoded)
        pixels = np.stack(
            [
                picture_inputs.decode_png(content)
                for content in rebuilt["image_bytes"]
            ]
        )
        styles = asked.encode(encoded)["styles"]
        stands = held_out.standings(part, pixels, styles) or {}
        judged += [
            trust.of(model.description.class_names, *parts)
            for parts in zip(
                asked.classify(encoded)["probabilities"],
                rebuilt["probabilities"],
                held_out.error_shares(part, pixels),
                held_out.style_shares(styles),
                held_out.foreign_shares(stands),
                strict=True,
            )
        ]
        for regard, values in stands.items():
            standings.setdefault(regard, []).extend(values)
    return _counted(judged, standings, limit)


def _limit(quantiles: np.ndarray) -> float:
    """Returns where the furthest of four standings is doubtful."""
    shares = np.linspace(0.0, 1.0, len(quantiles))
    return float(np.interp(trust.FOREIGN_LIMIT, shares, quantiles))


def _counted(
    judged: Sequence[trust.Trust],
    standings: dict[str, list[float]],
    limit: float,
) -> dict[str, Any]:
    """Counts what `flagged` returns."""
    return {
        "n": len(judged),
        "flagged": _share(
            judgement.level == trust.DOUBTFUL for judgement in judged
        ),
        "class": _share(not judgement.keeps_class for judgement in judged),
        "foreign": _share(
            (judgement.foreign_share or 0.0) > trust.FOREIGN_LIMIT
            for judgement in judged
        ),
        **{
            regard: _share(value > limit for value in values)
            for regard, values in standings.items()
        },
    }


def _share(holds: Any) -> float:
    return float(np.mean(list(holds)))


def kinds(
    settings: config.ExperimentConfig,
    held_out: np.ndarray,
    others: int,
    other_worlds: Sequence[str],
) -> dict[str, np.ndarray]:
    """Makes the images of every kind that is not the model's own.

    Args:
        settings: the config of the model.
        held_out: images of its own kind, uint8 [N, R, R, 3].
        others: how many of every kind.
        other_worlds: whose pictures are of another domain.
    """
    size = settings.model.resolution
    random = np.random.default_rng(_SEED)
    made = {
        "noise": random.integers(0, 256, (others, size, size, 3), np.uint8),
        "inverted": 255 - held_out[:others],
    }
    for name in other_worlds:
        if name != settings.data.source:
            data = config.DataConfig(
                source=name,
                causes=(_any_cause(name),),
                rendered_images=others,
            )
            made[name] = preparation.sample(data, size, _SEED, others)[0]
    classes = _other_classes(settings.data)
    if classes:
        data = dataclasses.replace(settings.data, classes=classes)
        made["other_classes"] = preparation.sample(data, size, 0, others)[0]
    return made


def photographs(
    sources: Sequence[str], size: int, others: int
) -> dict[str, np.ndarray]:
    """Reads photographs of other domains, drawn from all that a source has.

    Args:
        sources: "NAME=SOURCE" each.
        size: height and width.
        others: how many of every kind, at most.

    Returns:
        By name, uint8 [N, size, size, 3].
    """
    random = np.random.default_rng(_SEED)
    read = {}
    for text in sources:
        name, _, source = text.partition("=")
        if not source:
            raise errors.UsageError(
                f"--photographs={text}: expected NAME=SOURCE"
            )
        data = config.DataConfig(
            # Whose they are does not matter here, but two classes there are.
            source=source,
            layout="unlabelled",
            classes=("one", "other"),
        )
        images = preparation.sample(data, size, 0, _ALL)[0]
        chosen = random.permutation(len(images))[:others]
        read[name] = images[np.sort(chosen)]
    return read


def _other_classes(data: config.DataConfig) -> tuple[str, ...]:
    """Returns two classes of a data set of which a model knows others."""
    if not data.classes:
        return ()
    for known in idx.KNOWN.values():
        if set(data.classes) < set(known.class_names):
            others = [n for n in known.class_names if n not in data.classes]
            # Of Fashion-MNIST's shoes, T-shirts and pullovers.
            return others[0], others[min(2, len(others) - 1)]
    return ()


def _any_cause(name: str) -> str:
    """Names any cause: a rule needs one, and labels do not matter here."""
    factor = next(
        factor for factor in worlds.get(name).factors if factor.values
    )
    return f"{factor.name}={factor.values[0]}"


def _held_out(settings: config.ExperimentConfig, count: int) -> np.ndarray:
    dataset = preparation.prepare(
        settings.data, settings.model.resolution, settings.seed
    )
    cut = held_out_lib.HeldOut.of(
        dataset.load("test"),
        searched=settings.attributes.images,
        unseen=settings.evaluation.images,
    )
    # The export was measured on the unseen ones.
    return np.concatenate([cut.searched.images, cut.tested.images])[:count]


def main(argv: list[str]) -> None:
    """Measures one model and files what came out."""
    command.no_arguments(argv)
    made_of = commit.of_clean_tree(result_file.FOLDER)
    path = exported_model.find_version(_MODEL.value)
    model = exported_model.ExportedModel(path)
    settings = config.from_dict(
        json.loads((path / "assets" / "config.json").read_text())
    )
    settings.data.source = _SOURCE.value or settings.data.source
    held_out = _held_out(settings, _HELD_OUT.value)
    images = {
        "held_out": held_out,
        **kinds(settings, held_out, _OTHERS.value, _WORLDS.value),
        **photographs(
            _PHOTOGRAPHS.value, settings.model.resolution, _OTHERS.value
        ),
    }
    shares = {}
    for name, some in images.items():
        shares[name] = flagged(model, some)
        print(f"{name:10}{shares[name]['flagged']:8.1%} of {len(some)}")
    document = {
        "model": _MODEL.value,
        "model_sha256": model.sha256,
        "kinds": shares,
    }
    name = pathlib.Path(_MODEL.value).name
    print(result_file.write("trust", name, made_of, document))


if __name__ == "__main__":
    command.run(main)
