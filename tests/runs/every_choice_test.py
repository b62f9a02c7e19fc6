"""What `validate()` lets through works to the end, whatever is chosen."""

import copy
import dataclasses

import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import config_checks
from stylex_tf.attributes import presets, style_ranges
from stylex_tf.evaluation import evaluation_file
from stylex_tf.runs import explaining, exporting
from stylex_tf.runs import trained as trained_lib
from tests.testing import tiny_run

# Every value of every choice that is made after training.
_CHOICES = {
    "attributes.preset": [preset.value for preset in presets.Preset],
    "attributes.ranges": [*(kind.value for kind in style_ranges.Kind), None],
    "attributes.refill": [True, False, None],
    "attributes.redundant": [False, True],
    "attributes.minimum_effect": [0.0, 1e-3, None],
    "attributes.unstable_share": [1.0, 0.5, None],
    "attributes.candidates": [0, 5],
    "attributes.score_limit": [0.0, 0.2],
    "export.storage": ["float32", "float16"],
}
_CASES = max(map(len, _CHOICES.values()))


def _chosen(case: int) -> dict[str, object]:
    """A value of each choice; over all cases each has had all of its own."""
    return {name: of[case % len(of)] for name, of in _CHOICES.items()}


class EveryChoiceTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tiny_run.train().folder.root

    def test_no_value_is_left_out(self):
        for name, values in _CHOICES.items():
            seen = [_chosen(case)[name] for case in range(_CASES)]
            self.assertContainsSubset(values, seen)
        self.assertContainsSubset(
            config_checks.STORAGES, _CHOICES["export.storage"]
        )

    @parameterized.parameters(*range(_CASES))
    def test_works_to_the_end(self, case):
        # Opened again for each case, as each process does.
        opened = trained_lib.load(self.folder)
        settings = copy.deepcopy(opened.settings)
        for name, value in _chosen(case).items():
            section, field = name.split(".")
            setattr(getattr(settings, section), field, value)
        config_checks.check(settings)

        trained = dataclasses.replace(opened, settings=settings)
        done = explaining.explain(trained, seconds=lambda: 1.0)
        published = exporting.export(
            trained, done.search_result, done.evaluation, done.names
        )

        evaluation_file.read(trained.folder.evaluation)
        page = trained.folder.report.read_text()
        rules = presets.rules(settings.attributes.preset)
        self.assertEqual(done.shown.measure, rules.measure)
        self.assertIn("What the classifier looks at", page)
        tf.saved_model.load(str(published.path))
        self.assertEqual(
            done.evaluation.run.config,
            dataclasses.asdict(settings),
        )


if __name__ == "__main__":
    absltest.main()
