"""Tests of stylex_tf.config_checks: errors name field, found and expected."""

import dataclasses
import math
import os
import re
import subprocess
import sys
import typing

from absl.testing import absltest, parameterized

from stylex_tf import config, config_checks, errors

# What is a name, a path, an address or a pattern, and no choice.
_FREE_TEXT = {
    "name",
    "data.source",
    "data.label",
    "data.group",
    "data.shortcut",
    "data.cache_dir",
    "classifier.path",
    "classifier.signature",
    "classifier.output_name",
    "loss.perceptual_weights",
    "training.initialize_from",
    "training.tpu",
}


def _strings(section: type, prefix: str = "") -> set[str]:
    """Returns the names of all fields that may hold one string."""
    names = set()
    for name, kind in typing.get_type_hints(section).items():
        if dataclasses.is_dataclass(kind):
            names |= _strings(kind, f"{prefix}{name}.")
        # Tuples of strings are names that images and worlds have.
        elif kind is str or kind == str | None:
            names.add(prefix + name)
    return names


def _choices() -> list[str]:
    return sorted(_strings(config.ExperimentConfig) - _FREE_TEXT)


def _valid() -> config.ExperimentConfig:
    """The defaults, with the one field that has none."""
    return config.ExperimentConfig(data=config.DataConfig(source="faces"))


def _set(settings: config.ExperimentConfig, name: str, value) -> None:
    *parts, last = name.split(".")
    for part in parts:
        settings = getattr(settings, part)
    setattr(settings, last, value)


class ConfigChecksTest(parameterized.TestCase):
    def test_every_default_is_valid_but_the_source(self):
        config_checks.check(_valid())
        with self.assertRaisesRegex(errors.ConfigError, "^data.source is ''"):
            config_checks.check(config.ExperimentConfig())

    @parameterized.parameters(
        ("data.rule", "most", "one of any, all"),
        ("data.on_error", "ask", "one of fail, skip"),
        ("data.layout", "coco", "one of class_folders, celeba"),
        ("data.test_fraction", 0.0, "between 0 and 1"),
        ("data.test_fraction", 1.0, "between 0 and 1"),
        ("data.fold", 10, "0, or as far as shares"),
        ("data.fold", -1, "0, or as far as shares"),
        ("data.rendered_images", 0, "more than 0"),
        ("classifier.input_range", (255,), "two numbers"),
        ("classifier.input_range", ("abc",), "two numbers"),
        ("classifier.input_range", (0.0, 1.0, 2.0), "two numbers"),
        ("classifier.input_range", (1.0, 0.0), "two numbers"),
        ("classifier.input_range", (0.0, math.nan), "two numbers"),
        ("classifier.output", "scores", "one of auto, logits, probabilities"),
        (
            "classifier.architecture",
            "resnet",
            "one of small_cnn, mobilenet, photographs",
        ),
        ("classifier.epochs", 0, "more than 0"),
        ("classifier.tints", True, "False, where classifier.variations"),
        ("classifier.threshold", 40.0, "None, where classifier.path names no"),
        ("classifier.threshold_scale", 0.0, "more than 0"),
        ("model.resolution", 48, "a power of two from 16 to 1024"),
        ("model.resolution", 8, "a power of two from 16 to 1024"),
        ("model.channel_base", 255, "at least model.resolution"),
        ("model.conditioning", "all", "one of probabilities, dropout, none"),
        ("model.condition_dropout", 1.5, "0 to 1"),
        ("model.mapping_layers", 0, "more than 0"),
        ("model.spatial_channels", 2, "0, unless model.backbone is photogra"),
        ("model.spatial_channels", -1, "0 or more"),
        ("training.spatial_dropout", 1.5, "0 to 1"),
        ("training.precision", "float16", "one of auto, float32, mixed_b"),
        ("training.strategy", "parameter_server", "one of one_device, mirr"),
        ("training.batch_size", 0, "more than 0"),
        ("training.batch_size", 6, "a multiple of 4"),
        ("training.learning_rate", float("nan"), "more than 0"),
        ("training.r1_interval", -1, "0 or more"),
        ("training.style_mixing", -0.1, "0 to 1"),
        ("training.augmentation", "on", "one of off, fixed, adaptive"),
        ("training.augmentation_strength", 0.9, "0 to 0.8"),
        ("training.augmentation_target", -0.1, "0 to 1"),
        ("training.augmentation_images", 0, "more than 0"),
        ("training.accumulation", 0, "more than 0"),
        ("training.accumulation", 3, "1, or parts of training.batch_size (16)"),
        ("training.accumulation", 8, "1, or parts of training.batch_size (16)"),
        ("training.log_every", 0, "more than 0"),
        ("training.checkpoint_every", 75, "a multiple of training.log_every"),
        (
            "training.validate_every",
            750,
            "a multiple of training.checkpoint_every (500)",
        ),
        ("training.keep", "first", "one of last, best"),
        ("loss.l1", -1.0, "0 or more"),
        ("loss.classification", -0.5, "0 or more"),
        (
            "loss.perceptual_features",
            "lpips",
            "one of auto, classifier, photographs, vgg16, or the folder of a",
        ),
        ("loss.perceptual_features", "", "one of auto, classifier"),
        ("attributes.shift_size", 0.0, "more than 0"),
        ("attributes.preset", "novel", "one of default, notebook, paper"),
        (
            "attributes.ranges",
            "all",
            "one of min_max, percentile, deviation, realistic",
        ),
        ("attributes.minimum_effect", -0.1, "0 or more, or None"),
        ("attributes.unstable_effect", float("inf"), "0 or more, or None"),
        ("attributes.unstable_share", 1.5, "0 to 1, or None"),
        ("export.storage", "int8", "one of float32, float16"),
        ("evaluation.images", 0, "more than 0"),
        ("seed", -1, "0 or more"),
    )
    def test_an_error_names_field_found_and_expected(
        self, name, value, expected
    ):
        settings = _valid()
        _set(settings, name, value)
        message = re.escape(f"{name} is {value!r}; expected {expected}")
        with self.assertRaisesRegex(errors.ConfigError, f"^{message}"):
            config_checks.check(settings)

    def test_a_mistake_is_found_before_tensorflow_is_loaded(self):
        # Which takes seconds, and so long a mistake in a flag should not.
        code = "import sys, stylex_tf.config_checks; print(*sys.modules)"
        loaded = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        self.assertIn("stylex_tf.config_checks", loaded)
        self.assertNotIn("tensorflow", loaded)

    @parameterized.parameters(*_choices())
    def test_every_choice_refuses_nonsense(self, name):
        settings = _valid()
        _set(settings, name, "nonsense")
        with self.assertRaisesRegex(
            errors.ConfigError,
            f"^{re.escape(name)} is 'nonsense'; expected one of ",
        ):
            config_checks.check(settings)

    def test_every_free_text_is_a_field(self):
        self.assertContainsSubset(_FREE_TEXT, _strings(config.ExperimentConfig))

    def test_a_folder_of_features_may_be_gone_once_they_were_used(self):
        settings = _valid()
        settings.loss.perceptual_features = "~/features/of_mine"
        config_checks.check(settings)
        folder = self.create_tempdir("features").full_path
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(os.path.dirname(folder))
        settings.loss.perceptual_features = "features"
        config_checks.check(settings)

    def test_a_width_is_checked_for_the_kind_that_uses_it(self):
        settings = _valid()
        settings.attributes.range_width = 60.0
        config_checks.check(settings)
        settings.attributes.ranges = "deviation"
        config_checks.check(settings)
        settings.attributes.ranges = "percentile"
        with self.assertRaisesRegex(
            errors.ConfigError,
            "^attributes.range_width is 60.0; expected 0 to below 50 for 'per",
        ):
            config_checks.check(settings)

    def test_a_threshold_makes_the_classes_itself(self):
        settings = _valid()
        settings.classifier.path = "age.onnx"
        settings.classifier.threshold = 40.0
        config_checks.check(settings)
        settings.classifier.output = "logits"
        with self.assertRaisesRegex(
            errors.ConfigError, "^classifier.output is 'logits'; expected auto"
        ):
            config_checks.check(settings)

    def test_images_without_labels_need_a_classifier(self):
        settings = _valid()
        settings.data.layout = "unlabelled"
        with self.assertRaisesRegex(
            errors.ConfigError,
            "^classifier.path is ''; expected a class",
        ):
            config_checks.check(settings)
        settings.classifier.path = "classifier.keras"
        config_checks.check(settings)
        settings.data.balanced = True
        with self.assertRaisesRegex(
            errors.ConfigError, "^data.balanced is True; expected False"
        ):
            config_checks.check(settings)

    def test_every_number_is_checked(self):
        """No number may be as negative as can be and pass."""
        for name, value in _fields(dataclasses.asdict(_valid())):
            if isinstance(value, int | float) and not isinstance(value, bool):
                settings = _valid()
                _set(settings, name, type(value)(-1_000_000))
                with (
                    self.subTest(name),
                    self.assertRaises(errors.ConfigError),
                ):
                    config_checks.check(settings)

    def test_no_number_is_infinite(self):
        for name, value in _fields(dataclasses.asdict(_valid())):
            for wrong in (math.inf, math.nan):
                settings = _valid()
                if isinstance(value, float):
                    _set(settings, name, wrong)
                elif name == "classifier.input_range":
                    _set(settings, name, (0.0, wrong))
                else:
                    continue
                with (
                    self.subTest(name),
                    self.assertRaisesRegex(errors.ConfigError, f"^{name} is"),
                ):
                    config_checks.check(settings)

    @parameterized.parameters("training.beta_1", "training.beta_2")
    def test_a_moment_that_would_never_move(self, name):
        settings = _valid()
        _set(settings, name, 1.0)
        with self.assertRaisesRegex(errors.ConfigError, "less than 1"):
            config_checks.check(settings)

    @parameterized.parameters(
        ({"validate_every": 0, "keep": "best"}, "training.keep is 'best'"),
        ({"validate_every": 0, "patience": 9}, "training.patience is 9; expe"),
        (
            {"strategy": "multi_worker_mirrored", "patience": 9},
            "training.patience is 9; expected 0, where training.strategy is",
        ),
    )
    def test_what_needs_validation_is_refused_without(self, fields, expected):
        settings = _valid()
        for name, value in fields.items():
            setattr(settings.training, name, value)
        with self.assertRaisesRegex(errors.ConfigError, expected):
            config_checks.check(settings)
        settings.training.validate_every = 1000
        settings.training.strategy = "one_device"
        config_checks.check(settings)

    @parameterized.parameters(1, 2, 3, 4, 8, 32)
    def test_batches_that_fill_their_groups(self, batch_size):
        settings = _valid()
        settings.training.batch_size = batch_size
        config_checks.check(settings)


def _fields(content: dict, prefix: str = ""):
    """Every leaf of nested dicts by its name in flags."""
    for name, value in content.items():
        if isinstance(value, dict):
            yield from _fields(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


if __name__ == "__main__":
    absltest.main()
