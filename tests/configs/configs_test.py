"""Every config can be loaded, and describes something that can be run."""

import dataclasses
import importlib
import pathlib

from absl.testing import absltest, parameterized

import configs
from stylex_tf import config, config_checks, errors

# "quickstart", "worlds.shortcut", ...
_NAMES = sorted(
    ".".join(path.relative_to(folder).with_suffix("").parts)
    for folder in configs.__path__
    for path in pathlib.Path(folder).rglob("*.py")
    if path.stem != "__init__"
)

_WITHOUT_IMAGES = (
    "custom",
    "paper",
    "photographs",
    "worlds.held_out.method",
)

_DOMAINS = (
    "cats_dogs",
    "wild_animals",
    "perceived_gender",
    "perceived_age",
    "retina_dme",
    "leaves",
    "birds_200",
)


class ConfigsTest(parameterized.TestCase):
    def test_the_quick_start_is_among_them(self):
        self.assertIn("quickstart", _NAMES)

    @parameterized.parameters(*_NAMES)
    def test_is_valid_and_carries_the_name_of_its_file(self, name):
        experiment = importlib.import_module(f"configs.{name}").get_config()
        self.assertEqual(experiment.name, name.rpartition(".")[2])
        if name in _WITHOUT_IMAGES:
            # Whoever uses it says where the images are.
            with self.assertRaisesRegex(errors.ConfigError, "data.source"):
                config_checks.check(experiment)
            experiment.data.source = "photos"
        config_checks.check(experiment)

    @parameterized.parameters(*_DOMAINS)
    def test_domains_have_the_papers_settings(self, name):
        module = importlib.import_module(f"configs.{name}")
        experiment = module.get_config()
        paper = importlib.import_module("configs.paper").get_config()
        for section in ("model", "loss", "training", "attributes"):
            self.assertEqual(
                getattr(experiment, section), getattr(paper, section)
            )
        self.assertIn("Not trained here", module.__doc__)
        self.assertIn(f"--config=configs/{name}.py", module.__doc__)

    def test_the_paper_tells_the_generator_the_answer_and_the_default_not(self):
        paper = importlib.import_module("configs.paper").get_config()
        self.assertEqual(paper.model.resolution, 256)
        self.assertEqual(paper.model.conditioning, "probabilities")
        default = config.ModelConfig()
        self.assertEqual(default.conditioning, "none")
        self.assertEqual(
            dataclasses.replace(default, conditioning="probabilities"),
            paper.model,
        )
        for section in ("loss", "training"):
            self.assertEqual(
                getattr(paper, section),
                getattr(config.ExperimentConfig(), section),
            )
        self.assertEqual(
            paper.attributes, config.AttributesConfig(preset="paper")
        )

    def test_the_ablation_is_what_evaluate_compares_with(self):
        """It differs from the quick start in nothing but the loss."""
        ablation = importlib.import_module(
            "configs.ablation_no_classification"
        ).get_config()
        self.assertEqual(ablation.loss.classification, 0.0)
        quickstart = importlib.import_module("configs.quickstart").get_config()
        self.assertGreater(quickstart.loss.classification, 0.0)
        ablation.loss.classification = quickstart.loss.classification
        ablation.name = quickstart.name
        self.assertEqual(ablation, quickstart)

    @parameterized.parameters(*_NAMES)
    def test_two_calls_share_nothing(self, name):
        module = importlib.import_module(f"configs.{name}")
        first = module.get_config()
        first.loss.l1 = -1.0
        first.data.source = "elsewhere"
        second = module.get_config()
        self.assertNotEqual(second.loss.l1, -1.0)
        self.assertNotEqual(second.data.source, "elsewhere")


if __name__ == "__main__":
    absltest.main()
