"""Tests of the program that trains worlds and files their figures."""

import datetime
import json
import pathlib
import subprocess
from importlib import metadata

from absl.testing import absltest

from benchmarks import commit, worlds
from stylex_tf import config, errors, main_job, run_folder
from stylex_tf.runs import explaining
from tests.testing import tiny_experiment

_FLIPS = {"values": [0.5], "n": 9, "intervals": None, "draws": None}
_TIME = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


def _settings(**fields) -> config.ExperimentConfig:
    return config.ExperimentConfig(**{"name": "tiny", **fields})


def _evaluation(number: int, flips=None) -> dict:
    """Returns figures that tell runs apart."""
    figure = {"value": float(number), "n": 9, "interval": None, "draws": None}
    return {
        "format": 2,
        "reconstruction": {"l1": figure},
        "sufficiency": {"no_classification_loss": flips},
    }


class WorldsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir().full_path)
        self.trained = []
        self.compared = []

    def _bench(self, **changes) -> worlds.Bench:
        arguments = {
            "runs": self.root / "runs",
            "results": self.root / "results",
            "commit": "abc",
            "config_file": "configs/worlds/tiny.py",
            "train": self._train,
            "compare": self._compare,
            "clock": lambda: _TIME,
        }
        return worlds.Bench(**(arguments | changes))

    def _train(self, settings, root):
        """Leaves what a run leaves, with a figure that tells runs apart."""
        self.trained.append(settings)
        root.mkdir(parents=True, exist_ok=True)
        folder = run_folder.RunFolder(root)
        folder.write_json("config.json", worlds.dataclasses.asdict(settings))
        folder.write_json("environment.json", {"machine": {"cores": 2}})
        folder.write_json("evaluation.json", _evaluation(len(self.trained)))

    def _compare(self, first, without):
        """Measures a run again, as the main job does: one row is new."""
        self.compared.append((first.name, without.name))
        folder = run_folder.RunFolder(first)
        again = json.loads(folder.evaluation.read_text())
        again["sufficiency"]["no_classification_loss"] = _FLIPS
        folder.write_json("evaluation.json", again)

    def _starts(self) -> list[dict]:
        lines = (self.root / "results" / "starts.jsonl").read_text()
        return [json.loads(line) for line in lines.splitlines()]

    def test_files_every_seed_with_what_it_is_of(self):
        file = self._bench().measure(_settings(), [0, 2])

        self.assertEqual(file, self.root / "results" / "tiny.json")
        filed = json.loads(file.read_text())
        self.assertEqual(filed["world"], "tiny")
        self.assertEqual(filed["config"], "configs/worlds/tiny.py")
        self.assertEqual(filed["seeds"], [0, 2])
        self.assertEqual(
            filed["runs"]["2"],
            {
                "commit": "abc",
                "machine": {"cores": 2},
                "evaluation": _evaluation(2),
            },
        )
        self.assertEqual([run.seed for run in self.trained], [0, 2])

    def test_logs_every_start_before_it_trains(self):
        def stop(settings, root):
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            self._bench(train=stop).measure(_settings(), [1])

        self.assertEqual(
            self._starts(),
            [
                {
                    "time": "2026-01-02T03:04:05+00:00",
                    "commit": "abc",
                    "config": "configs/worlds/tiny.py",
                    "world": "tiny",
                    "seed": 1,
                    "classification_loss": 1.0,
                    "resumed": False,
                    "redraw": False,
                    "tensorflow": metadata.version("tensorflow"),
                    "results": "tiny.json",
                }
            ],
        )
        self.assertFalse((self.root / "results" / "tiny.json").exists())

    def test_what_is_filed_is_not_made_again(self):
        self._bench().measure(_settings(), [0])
        self._bench(commit="def").measure(_settings(), [0, 1])

        filed = json.loads((self.root / "results" / "tiny.json").read_text())
        self.assertEqual(filed["runs"]["0"]["commit"], "abc")
        self.assertEqual(filed["runs"]["0"]["evaluation"], _evaluation(1))
        self.assertEqual(filed["runs"]["1"]["commit"], "def")
        self.assertLen(self._starts(), 2)

    def test_files_mean_and_range_over_the_seeds(self):
        file = self._bench().measure(_settings(), [0, 1, 2], ablation=True)
        filed = json.loads(file.read_text())
        self.assertEqual(
            filed["summary"]["reconstruction"]["l1"],
            {"mean": 3.0, "low": 1.0, "high": 5.0, "n": [9, 9, 9]},
        )
        without = filed["summary_without_classification_loss"]
        self.assertEqual(without["reconstruction"]["l1"]["mean"], 4.0)

    def test_adds_the_summary_to_what_was_filed_without(self):
        file = self._bench().measure(_settings(), [0, 1])
        text = file.read_text()
        filed = json.loads(text)
        summary = filed.pop("summary")
        file.write_text(json.dumps(filed))
        worlds.summarize(file)
        self.assertEqual(file.read_text(), text)
        self.assertIn("reconstruction", summary)

    def test_refuses_to_summarize_what_it_did_not_file(self):
        file = self.root / "other.json"
        for content in ("{}", '{"runs": {}}', "no JSON", '{"runs": {"0": {}}}'):
            file.write_text(content)
            with self.assertRaisesRegex(errors.UserError, "other.json"):
                worlds.summarize(file)

    def test_a_finished_run_is_filed_and_not_trained_again(self):
        root = self.root / "runs" / "tiny" / "seed_0"
        self._train(_settings(), root)
        file = self._bench().measure(_settings(), [0])
        self.assertLen(self.trained, 1)
        self.assertFalse((self.root / "results" / "starts.jsonl").exists())
        # Nobody knows by which commit.
        self.assertIsNone(json.loads(file.read_text())["runs"]["0"]["commit"])

    def test_a_run_that_an_earlier_commit_finished_is_filed_as_of_that(self):
        self._bench(commit="other").measure(_settings(name="other"), [0])
        file = self._bench(commit="old").measure(_settings(), [0])
        file.unlink()
        self._bench(commit="new").measure(_settings(), [0, 1])
        runs = json.loads(file.read_text())["runs"]
        self.assertEqual(
            [runs[seed]["commit"] for seed in "01"], ["old", "new"]
        )

    def test_a_begun_run_goes_on(self):
        root = self.root / "runs" / "tiny" / "seed_0"
        self._train(_settings(), root)
        (root / "evaluation.json").unlink()
        self._bench().measure(_settings(), [0])
        self.assertTrue(self._starts()[0]["resumed"])

    def test_figures_of_another_config_are_kept(self):
        self._bench().measure(_settings(), [0])
        other = _settings(data=config.DataConfig(source="faces"))
        with self.assertRaisesRegex(
            errors.UserError, "another config, and the first result stays"
        ):
            self._bench().measure(other, [1])
        self.assertLen(self.trained, 1)

    def test_a_redraw_stands_beside_the_first_draw(self):
        with self.assertRaisesRegex(errors.UserError, "no first figures"):
            self._bench(redraw=True).measure(_settings(), [0])
        first = self._bench().measure(_settings(), [0]).read_text()

        other = _settings(data=config.DataConfig(source="faces"))
        file = self._bench(redraw=True).measure(other, [0])

        self.assertEqual(file.name, "tiny_redraw.json")
        self.assertEqual(
            json.loads(file.read_text())["runs"]["0"]["evaluation"],
            _evaluation(2),
        )
        self.assertEqual(
            (self.root / "results" / "tiny.json").read_text(), first
        )
        self.assertTrue(self._starts()[1]["redraw"])

    def test_the_same_without_the_classification_loss(self):
        settings = _settings(loss=config.LossConfig(remainder=2.0))
        self._bench().measure(settings, [0])
        file = self._bench().measure(settings, [0], ablation=True)

        run = json.loads(file.read_text())["runs"]["0"]
        self.assertEqual(run["evaluation"], _evaluation(1, _FLIPS))
        self.assertEqual(
            run["without_classification_loss"]["evaluation"],
            _evaluation(2),
        )
        first, second = self.trained
        self.assertEqual(second.loss.classification, 0.0)
        self.assertEqual(second.loss.remainder, 0.0)
        self.assertEqual(
            second.classifier.path,
            str(self.root / "runs/tiny/seed_0/classifier/classifier.keras"),
        )
        self.assertEqual(first.loss.classification, 1.0)
        self.assertEqual(first.classifier.path, "")

    def test_the_baseline_is_a_row_of_the_first_figures_once(self):
        for _ in range(2):
            file = self._bench().measure(_settings(), [0], ablation=True)
        self.assertEqual(
            self.compared, [("seed_0", "seed_0_no_classification")]
        )
        filed = json.loads(file.read_text())
        self.assertEqual(
            filed["runs"]["0"]["measured_again"],
            {"commit": "abc", "changed": {}},
        )
        flips = filed["summary"]["sufficiency"]["no_classification_loss"]
        self.assertEqual(flips[0]["mean"], 0.5)

    def test_the_first_figures_stay_whatever_is_measured_again(self):
        def compare(first, without):
            run_folder.RunFolder(first).write_json(
                "evaluation.json", _evaluation(7, _FLIPS)
            )

        bench = self._bench(compare=compare)
        with self.assertLogs(level="WARNING") as logged:
            file = bench.measure(_settings(), [0], ablation=True)
        self.assertIn("which stay: reconstruction.l1", logged.output[0])
        run = json.loads(file.read_text())["runs"]["0"]
        self.assertEqual(run["evaluation"], _evaluation(1, _FLIPS))
        (name, (first, again)), *more = run["measured_again"]["changed"].items()
        self.assertEmpty(more)
        self.assertEqual(name, "reconstruction.l1")
        self.assertEqual((first["value"], again["value"]), (1.0, 7.0))

    def test_a_baseline_that_was_filed_without_its_row_is_compared(self):
        file = self._bench().measure(_settings(), [0], ablation=True)
        filed = json.loads(file.read_text())
        del filed["runs"]["0"]["measured_again"]
        filed["runs"]["0"]["evaluation"] = _evaluation(1)
        file.write_text(json.dumps(filed))

        self._bench().measure(_settings(), [0], ablation=True)
        run = json.loads(file.read_text())["runs"]["0"]
        self.assertEqual(run["evaluation"], _evaluation(1, _FLIPS))
        self.assertLen(self.trained, 2)

    def test_the_main_job_itself(self):
        settings = tiny_experiment.settings("faces")
        settings.data.causes = ("glasses",)
        settings.data.rendered_images = 240
        settings.data.cache_dir = str(self.root / "cache")
        settings.training.total_images = 2 * tiny_experiment.BATCH_SIZE
        settings.training.deterministic = False
        settings.model.conditioning = "none"
        settings.attributes.images = 4

        def train(settings, root):
            main_job.run(settings, run_folder.RunFolder(root))

        def compare(first, without):
            explaining.explain_again(first, ablation=without)

        bench = self._bench(train=train, compare=compare)
        file = bench.measure(settings, [3], ablation=True)

        filed = json.loads(file.read_text())["runs"]["3"]
        self.assertEqual(filed["evaluation"]["run"]["config"]["seed"], 3)
        self.assertIn("processor", filed["machine"])
        # The same figures, with the flips of the run without the loss.
        self.assertEqual(filed["measured_again"]["changed"], {})
        without = filed["without_classification_loss"]["evaluation"]
        self.assertIsNotNone(without["sufficiency"]["flips"])
        self.assertEqual(
            filed["evaluation"]["sufficiency"]["no_classification_loss"],
            without["sufficiency"]["flips"],
        )
        text = file.read_text()
        bench.measure(settings, [3], ablation=True)
        self.assertEqual(file.read_text(), text)
        self.assertLen(self._starts(), 2)


class CommitTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir().full_path)

    def _git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        return subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def _begin(self) -> None:
        self._git("init", "-q")
        for name in ("code.py", "results/old.json"):
            path = self.root / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("1\n")
        self._git("add", ".")
        self._git("commit", "-qm", "all")

    def test_is_that_of_a_clean_tree(self):
        self._begin()
        head = self._git("rev-parse", "HEAD")
        (self.root / "results" / "old.json").write_text("2\n")
        self.assertEqual(
            commit.of_clean_tree(self.root / "results", self.root), head
        )

    def test_figures_may_lie_outside(self):
        self._begin()
        outside = pathlib.Path(self.create_tempdir("outside"))
        self.assertEqual(
            commit.of_clean_tree(outside, self.root),
            self._git("rev-parse", "HEAD"),
        )

    def test_a_change_elsewhere_in_the_tree_is_seen_from_a_folder(self):
        self._begin()
        (self.root / "code.py").write_text("2\n")
        results = self.root / "results"
        with self.assertRaisesRegex(errors.UserError, "differ.*code.py"):
            commit.of_clean_tree(results, results)

    def test_refuses_changes(self):
        self._begin()
        (self.root / "code.py").write_text("2\n")
        with self.assertRaisesRegex(errors.UserError, "differ.*code.py"):
            commit.of_clean_tree(self.root / "results", self.root)

    def test_refuses_what_is_no_work_tree(self):
        with self.assertRaisesRegex(errors.UserError, "no work tree of git"):
            commit.of_clean_tree(self.root, self.root / "nowhere")


if __name__ == "__main__":
    absltest.main()
