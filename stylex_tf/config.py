"""Defines every choice that a run makes, typed, with its default.

Defaults are the paper's (Lang et al. 2021, https://arxiv.org/abs/2104.13369)
unless the field says otherwise. A config file defines `get_config()`; flags
such as `--config.model.resolution=64` change single fields, and
`config_checks.check` is called once, after the flags.
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from stylex_tf import errors

# Two fields of earlier versions, and the preset that each pair of them became.
_BEFORE_PRESETS = ("procedure", "measure")
_PRESETS = {
    ("notebook", "log_odds"): "default",
    ("notebook", "logit"): "notebook",
    ("paper", "probability"): "paper",
}


@dataclasses.dataclass(slots=True, kw_only=True)
class DataConfig:
    """Which images, with which labels."""

    # A rendered world ("faces"; docs/data.md has all), a known idx data set
    # ("fashion_mnist", "mnist"), or the path of a folder or zip of `layout`, or
    # of a folder that `prepare_data` wrote.
    source: str = ""
    # How a folder of photographs says what is on them (docs/data.md):
    # "class_folders" (one sub-folder a class; idx files), "celeba", "graded" (a
    # .csv of grades), "plant_village", "cub" (CUB-200-2011), or "unlabelled"
    # (FFHQ), whose `classes` are those of `classifier.path`.
    layout: str = "class_folders"
    # What makes the classes: CelebA's attribute ("Male"), or the column of the
    # grades with the least grade of class 1 ("level>=2").
    label: str = ""
    # Annotations of CelebA or CUB, or columns of `factors.csv` beside a class
    # folder, to know of every image, as of a world's; for evaluation alone.
    factors: tuple[str, ...] = ()
    # What must not be on both sides of a cut: a column of a .csv, or a regular
    # expression with one bracket group on the file name, "patient_([0-9]+)".
    group: str = ""
    # The class names to keep, in the order of their indices; empty keeps all.
    classes: tuple[str, ...] = ()
    # Worlds: how many images, and the planted truth: class 1 where "any" (or
    # "all") of the causes hold; "each" makes every cause a class of its own,
    # "random" draws the labels. A cause is "factor" or "factor=value".
    rendered_images: int = 12_000
    causes: tuple[str, ...] = ()
    rule: str = "any"
    # Worlds: "factor=value" that goes with class 1 in this share of the
    # training images, and not at all in the test images.
    shortcut: str = ""
    shortcut_share: float = 0.9
    # Worlds: share of the training labels that are wrong.
    label_noise: float = 0.0
    # Share of the images held out where the source has no split of its own, and
    # which of the disjoint shares of that size, from 0.
    test_fraction: float = 0.1
    fold: int = 0
    # What becomes of a photograph that is not square, here and wherever the
    # export is asked: "center" takes its centre, "pad" shrinks it until it fits
    # and repeats its border.
    crop: str = "center"
    # What to do with a file that cannot be read.
    on_error: str = "fail"
    # Where prepared TFRecords are kept; empty is ~/.cache/stylex_tf.
    cache_dir: str = ""
    # Train on every class equally often.
    balanced: bool = False
    # Turn left and right of half of the training images, at random; not where
    # a side has a meaning (the optic disc, a heart, letters).
    mirror: bool = False


@dataclasses.dataclass(slots=True, kw_only=True)
class ClassifierConfig:
    """The classifier to explain: a file, or one that we train."""

    # A .keras, .h5 or .onnx file, or a SavedModel folder; empty trains one.
    path: str = ""
    # What the file puts out: "logits", "probabilities", or "auto" to read its
    # last activation, which is believed before what is said here.
    output: str = "auto"
    # For a file that puts out one number (an age): where class 1 begins, and
    # how far above that the odds are e to 1.
    threshold: float | None = None
    threshold_scale: float = 1.0
    # The value range of the pixels that the classifier was trained with.
    input_range: tuple[float, float] = (-1.0, 1.0)
    # SavedModel only: the signature to call.
    signature: str = "serving_default"
    # Which output to explain, of a file that has several.
    output_name: str = ""
    # Loads a file with code of its own (a Lambda, a graph that touches files),
    # which then may do whatever you may: only for a file whose maker you trust.
    run_foreign_code: bool = False
    # Used when `path` is empty: "small_cnn", "mobilenet" (the paper's), or
    # "photographs", for sets of some hundred (configs/birds_64.py).
    architecture: str = "small_cnn"
    epochs: int = 5
    # Trains on pictures varied in place and light, mirrored where data.mirror
    # is set: for photographs, with 30 epochs and more.
    variations: bool = False
    # Varies tint and saturation as well: for a classifier that is not to go by
    # colour. docs/photographs.md has what it did to one of leaves.
    tints: bool = False
    batch_size: int = 64
    learning_rate: float = 1e-3


@dataclasses.dataclass(slots=True, kw_only=True)
class ModelConfig:
    """Sizes of the networks; the defaults are StyleGAN2's."""

    resolution: int = 256
    # Channels at resolution r are min(channel_base / r, channel_max).
    channel_base: int = 32_768
    channel_max: int = 512
    w_dim: int = 512
    z_dim: int = 512
    mapping_layers: int = 8
    # How many channels of each layer follow the styles; 0 is all, the paper's.
    # A few make each style coordinate matter, and the search find causes
    # instead of hundredths of them: see docs/method.md for the figures.
    style_width: int = 0
    # How many of these are searched for attributes; 0 is all, the paper's. The
    # others carry what a photograph needs and an explanation does not.
    searched_width: int = 0
    # A spatial code, a map of so many pixels a side and channels, says what is
    # where in the picture; it is carried along and not searched. 0 channels is
    # none, the paper's. Needs `backbone`.
    spatial_resolution: int = 16
    spatial_channels: int = 0
    # What encoder and discriminator look at: "none" is the pixels, the paper's;
    # "photographs" is the features of a network that has seen photographs,
    # which a few thousand images of one's own cannot teach. See
    # docs/photographs.md for what it brings.
    backbone: str = "none"
    # What of the classifier's answer the generator sees: "none" keeps it to
    # the discriminator, so that class evidence must pass through the encoder;
    # "probabilities" is the paper's, and leaks: see docs/method.md; "dropout"
    # replaces them by the class marginal in a share of the steps and always at
    # inference.
    conditioning: str = "none"
    condition_dropout: float = 0.5


@dataclasses.dataclass(slots=True, kw_only=True)
class LossConfig:
    """Weights of the losses; the paper's, by e-mail of its authors."""

    adversarial: float = 1.0
    r1: float = 10.0
    # Takes 0.0002 * pixels / batch_size as the weight of R1, in place of
    # `r1`: Karras et al. 2020 (https://arxiv.org/abs/2006.06676), appendix C.
    r1_by_resolution: bool = False
    path_length: float = 2.0
    l1: float = 1.0
    perceptual: float = 0.1
    w_reconstruction: float = 0.1
    # How well exchanged styles are read back; see style_exchange.
    style_reconstruction: float = 0.0
    classification: float = 1.0
    # The classifier's answer must follow the searched styles when all others
    # are taken from another image: needs model.searched_width, and
    # training.style_exchange. Differs from the paper; see docs/photographs.md.
    remainder: float = 0.0
    # Features of the perceptual distance: "classifier" (a SavedModel shows
    # none), "auto" (the classifier's where it shows some), "photographs" (of
    # `model.backbone`, also where that is "none"), "vgg16" (needs
    # `perceptual_weights`), or the folder of a SavedModel that makes such maps.
    perceptual_features: str = "auto"
    perceptual_weights: str = ""


@dataclasses.dataclass(slots=True, kw_only=True)
class TrainingConfig:
    """How long, how fast, on what."""

    total_images: int = 4_000_000
    # Images a step over all replicas.
    batch_size: int = 16
    # Parts of a replica's batch that are computed one after the other, for one
    # update of the whole: the memory of one part.
    accumulation: int = 1
    learning_rate: float = 0.002
    # The encoder's own; 0 is the generator's.
    encoder_learning_rate: float = 0.0
    # Karras et al. 2020: Adam without momentum.
    beta_1: float = 0.0
    beta_2: float = 0.99
    # Lazy regularisation: R1 and path length every so many steps.
    r1_interval: int = 16
    path_length_interval: int = 8
    style_mixing: float = 0.9
    # Share of the sampled images whose styles are exchanged at random between
    # two real images, not drawn from z; 0 is the paper's. See docs/method.md.
    style_exchange: float = 0.0
    # Share of the reconstructed images that are drawn without their spatial
    # code, so that the style coordinates learn to tell of the image as well.
    spatial_dropout: float = 0.0
    ema_half_life_images: int = 10_000
    # The half life is at most this share of the images seen; 0: no limit.
    ema_share: float = 0.0
    # So many images are first only reconstructed, without the other losses.
    reconstruction_images: int = 0
    w_average_decay: float = 0.995
    # How the discriminator's images are varied, against learning few by heart;
    # the paper has none. "fixed" happens with the probability
    # augmentation_strength; "adaptive" begins there, and moves it so that the
    # mean sign of the scores of real images is the target.
    augmentation: str = "off"
    augmentation_strength: float = 0.0
    augmentation_target: float = 0.6
    augmentation_images: int = 500_000
    # Begin with the weights of a run folder, of a file of save_weights, or of
    # a base that ships, "base_64". See docs/training.md for what is taken.
    initialize_from: str = ""
    precision: str = "auto"
    strategy: str = "one_device"
    tpu: str = ""  # Its address; empty finds the local one.
    jit: bool = False  # XLA compiles the step: docs/lines.md. A TPU always.
    # Bit-exact resume on CPU, with as many threads, at some cost.
    deterministic: bool = False
    # Intervals in steps.
    log_every: int = 50
    snapshot_every: int = 500
    checkpoint_every: int = 500
    # Held-out images are measured so often (docs/training.md); 0 is never.
    validate_every: int = 500
    # Ends when so many images brought no better validation score; 0: never.
    patience: int = 0
    # Which networks are explained: those of the "last" step, the paper's, or
    # those with the "best" validation score.
    keep: str = "last"


@dataclasses.dataclass(slots=True, kw_only=True)
class AttributesConfig:
    """The search over StyleSpace."""

    # Held-out images searched; the notebook uses 250.
    images: int = 250
    top_k: int = 8
    # How attributes are selected and how far coordinates are moved, in one
    # word: "default", or parity with Google's "notebook" or with the "paper"'s
    # Algorithm 1 (docs/search.md). A field of None is the preset's.
    preset: str = "default"
    # The ends of a coordinate's range: "realistic", the farthest that the
    # discriminator finds real, "min_max" of the images, the "percentile"
    # range_width and its opposite, or range_width standard "deviation"s around
    # the mean.
    ranges: str | None = None
    range_width: float = 1.0
    # How far to move a coordinate: 1 reaches the end of its range.
    shift_size: float = 1.0
    # 0 evaluates every edit; M the M of an image with the largest gradients.
    candidates: int = 0
    # An edit whose mean effect is not above this is none; and whether the list
    # goes on when every image is explained.
    minimum_effect: float | None = None
    refill: bool | None = None
    # An image is left out where more than this share of its changes of logits,
    # one for each edit and class, is beyond unstable_effect.
    unstable_effect: float | None = None
    unstable_share: float | None = None
    # Lists also what turns no decision that those before it do not.
    redundant: bool = False
    # Leaves out coordinates that move the discriminator's score by more in the
    # mean; 0 asks none. The notebook's is 0.2.
    score_limit: float = 0.0
    # A killed search goes on from its last whole shard.
    images_per_shard: int = 64
    # Edits evaluated at once; bounds memory.
    batch_size: int = 256


@dataclasses.dataclass(slots=True, kw_only=True)
class EvaluationConfig:
    """The figures of `evaluation.json`."""

    images: int = 1_000
    # Epochs of the factor regressors; rendered worlds only.
    regressor_epochs: int = 6


@dataclasses.dataclass(slots=True, kw_only=True)
class ExportConfig:
    """How the SavedModel is written."""

    # How the generator's and encoder's weights are stored: "float16" halves the
    # file. The classifier's stay as they are, and so does the computation.
    storage: str = "float32"


@dataclasses.dataclass(slots=True, kw_only=True)
class ExperimentConfig:
    """All settings of one experiment, by part."""

    name: str = "custom"
    seed: int = 0
    data: DataConfig = dataclasses.field(default_factory=DataConfig)
    classifier: ClassifierConfig = dataclasses.field(
        default_factory=ClassifierConfig
    )
    model: ModelConfig = dataclasses.field(default_factory=ModelConfig)
    loss: LossConfig = dataclasses.field(default_factory=LossConfig)
    training: TrainingConfig = dataclasses.field(default_factory=TrainingConfig)
    attributes: AttributesConfig = dataclasses.field(
        default_factory=AttributesConfig
    )
    evaluation: EvaluationConfig = dataclasses.field(
        default_factory=EvaluationConfig
    )
    export: ExportConfig = dataclasses.field(default_factory=ExportConfig)

    @property
    def total_steps(self) -> int:
        """Counts the training steps."""
        return math.ceil(self.training.total_images / self.training.batch_size)

    @property
    def reconstruction_steps(self) -> int:
        """Counts the steps before the discriminator joins."""
        training = self.training
        return math.ceil(training.reconstruction_images / training.batch_size)

    @property
    def r1_weight(self) -> float:
        """Returns R1's weight: `loss.r1`, or what the resolution suggests."""
        if self.loss.r1_by_resolution:
            pixels = self.model.resolution**2
            return 0.0002 * pixels / self.training.batch_size
        return self.loss.r1

    @property
    def patience_steps(self) -> int:
        """Counts steps without a better score that end training; 0: never."""
        return math.ceil(self.training.patience / self.training.batch_size)

    @property
    def r1_every(self) -> int:
        """Counts the steps between R1 penalties; 0: there are none."""
        return self.training.r1_interval if self.r1_weight else 0

    @property
    def path_length_every(self) -> int:
        """Counts the steps between path length penalties; 0: there are none."""
        return (
            self.training.path_length_interval if self.loss.path_length else 0
        )


def from_dict(values: Mapping[str, Any]) -> ExperimentConfig:
    """Reads what `dataclasses.asdict` of an experiment gave, through JSON too.

    A field that is not there has its default, so that the run of an earlier
    version can be read.

    Raises:
        ConfigError: a field that no experiment has.
    """
    return _fill(ExperimentConfig(), _renewed(values), "")


def _renewed(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Says in today's words what runs of earlier versions say in theirs."""
    attributes = dict(values.get("attributes", {}))
    old = tuple(attributes.pop(name, None) for name in _BEFORE_PRESETS)
    if old == (None, None):
        return values
    if old not in _PRESETS:
        raise errors.ConfigError(
            f"attributes.procedure and attributes.measure are {old}; expected "
            f"one of {', '.join(map(str, _PRESETS))}, which are presets now"
        )
    return {**values, "attributes": {"preset": _PRESETS[old], **attributes}}


def _fill(config: Any, values: Mapping[str, Any], prefix: str) -> Any:
    known = [field.name for field in dataclasses.fields(config)]
    for name, value in values.items():
        if name not in known:
            raise errors.ConfigError(
                f"{prefix}{name} is no field; expected {known}"
            )
        default = getattr(config, name)
        if dataclasses.is_dataclass(default):
            _fill(default, value, f"{prefix}{name}.")
        else:
            # JSON has no tuples.
            setattr(
                config, name, tuple(value) if isinstance(value, list) else value
            )
    return config
