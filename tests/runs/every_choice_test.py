"""What `validate()` lets through works to the end, whatever is chosen.

From each preset as it is, one field after the other takes each of its values;
then some pairs, of fields that only do something together. What a preset has
already is not tried again.
"""

import copy
import dataclasses

import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import config, config_checks
from stylex_tf.attributes import presets, style_ranges
from stylex_tf.evaluation import evaluation_file
from stylex_tf.export import storage_kind
from stylex_tf.runs import explaining, exporting
from stylex_tf.runs import trained as trained_lib
from tests.testing import tiny_run

Fields = dict[str, object]

# What a preset decides, until a field of the config says otherwise.
_OF_THE_PRESET = (
    "ranges",
    "refill",
    "minimum_effect",
    "unstable_effect",
    "unstable_share",
)
# Values of what is chosen after training, other than the default.
_VALUES: dict[str, tuple[object, ...]] = {
    "attributes.ranges": style_ranges.Kind.names(),
    "attributes.range_width": (2.0,),
    "attributes.shift_size": (2.0,),
    "attributes.refill": (True, False),
    "attributes.redundant": (True,),
    "attributes.minimum_effect": (0.0, 1e-3),
    # Every change that is not 0 is beyond it, so few images are stable, if any.
    "attributes.unstable_effect": (0.0,),
    "attributes.unstable_share": (0.0, 0.5, 1.0),
    "attributes.candidates": (5,),
    "attributes.score_limit": (0.2,),
}
# Numbers of which any will do.
_NO_CHOICES = {"images", "top_k", "images_per_shard", "batch_size"}
# From the default alone: pairs, and what no preset has to do with.
_OTHERS: tuple[Fields, ...] = (
    {"attributes.ranges": "percentile", "attributes.range_width": 20.0},
    {"attributes.ranges": "deviation", "attributes.range_width": 3.0},
    {"attributes.refill": False, "attributes.minimum_effect": 0.0},
    {"attributes.unstable_effect": 0.0, "attributes.unstable_share": 0.0},
    {"attributes.candidates": 5, "attributes.score_limit": 0.2},
    {"export.storage": "float16"},
    {"training.keep": "best"},
)
# An export takes long; these differ in what it reads.
_EXPORTED = {"score_limit", "unstable_effect", "storage"}


def _is_the_presets(preset: presets.Preset, name: str, value: object) -> bool:
    """Says whether a preset, as it is, has this value already."""
    field = name.partition(".")[2]
    if field == "ranges":
        return presets.ranges(preset) == value
    return getattr(presets.rules(preset), field, None) == value


def _cases() -> list[tuple[Fields]]:
    """Lists the fields that each case sets."""
    cases: list[Fields] = []
    for preset in presets.Preset:
        bare: Fields = {"attributes.preset": preset.value}
        cases.append(bare)
        cases += [
            {**bare, name: value}
            for name, values in _VALUES.items()
            for value in values
            if not _is_the_presets(preset, name, value)
        ]
    return [(fields,) for fields in (*cases, *_OTHERS)]


class EveryChoiceTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run = tiny_run.train(training={"validate_every": 2})
        cls.opened = trained_lib.load(run.folder.root)

    def _settings(self, fields: Fields) -> config.ExperimentConfig:
        settings = copy.deepcopy(self.opened.settings)
        for name in _OF_THE_PRESET:
            setattr(settings.attributes, name, None)
        for name, value in fields.items():
            section, field = name.split(".")
            setattr(getattr(settings, section), field, value)
        config_checks.check(settings)
        return settings

    def _open(self, settings: config.ExperimentConfig):
        """Opens the run with other settings; its networks once for all."""
        opened = self.opened
        if settings.training.keep == opened.settings.training.keep:
            return dataclasses.replace(opened, settings=settings)
        return trained_lib.open_run(settings, opened.folder, opened.dataset)

    def test_no_choice_is_left_out(self):
        tried = {name.partition(".")[2] for name in _VALUES}
        known = {
            field.name for field in dataclasses.fields(config.AttributesConfig)
        }
        self.assertEqual(known - tried, {"preset"} | _NO_CHOICES)
        self.assertCountEqual(
            storage_kind.Storage, [config.ExportConfig().storage, "float16"]
        )

    @parameterized.parameters(*_cases())
    def test_works_to_the_end(self, fields):
        settings = self._settings(fields)
        trained = self._open(settings)
        is_bare = set(fields) == {"attributes.preset"}
        # Compiled, as in every run, where a preset is as it is; the others take
        # half the time if nothing is compiled for them.
        tf.config.run_functions_eagerly(not is_bare)
        self.addCleanup(tf.config.run_functions_eagerly, False)
        done = explaining.explain(trained, seconds=lambda: 1.0)

        evaluation_file.read(trained.folder.evaluation)
        page = trained.folder.report.read_text()
        rules = presets.rules(settings.attributes.preset)
        self.assertEqual(done.shown.measure, rules.measure)
        self.assertIn("What the classifier looks at", page)
        self.assertEqual(
            done.evaluation.run.config, dataclasses.asdict(settings)
        )
        changed = {name.partition(".")[2] for name in fields}
        if is_bare or changed & _EXPORTED and "attributes.preset" not in fields:
            tf.config.run_functions_eagerly(False)
            published = exporting.export(
                trained, done.search_result, done.evaluation, done.names
            )
            tf.saved_model.load(str(published.path))


if __name__ == "__main__":
    absltest.main()
