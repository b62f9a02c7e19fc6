import json
import pathlib
import subprocess
import sys
import tempfile
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.export import saved_model, servables, signatures
from tests.export import tiny_world

# A program on a machine without our package: it asks a model what a folder's
# requests say, and writes the answers as tensors beside them.
_STRANGER = """
import importlib.util, pathlib, sys
import tensorflow as tf

assert importlib.util.find_spec("stylex_tf") is None, "our package is there"
folder = pathlib.Path(sys.argv[2])
model = tf.saved_model.load(sys.argv[1])
for request in sorted(folder.glob("*.request")):
    name, batch = request.stem.split(".")
    signature = model.signatures[name]
    specs = signature.structured_input_signature[1]
    parts = tf.io.parse_tensor(request.read_bytes(), tf.string)
    inputs = {
        key: tf.io.parse_tensor(part, specs[key].dtype)
        for key, part in zip(sorted(specs), parts)
    }
    for key, value in signature(**inputs).items():
        answer = folder / f"{name}.{batch}.{key}.answer"
        answer.write_bytes(tf.io.serialize_tensor(value).numpy())
"""


def requests(servable: servables.Servable, batch: int):
    """One request a signature."""
    files = tf.constant(tiny_world.pictures(3)[:batch])
    return {
        "serving_default": {"image_bytes": files},
        "encode": {"image_bytes": files},
        "generate": {"styles": servable.encode(files)["styles"]},
        "reconstruct": {"image_bytes": files},
        "find_attributes": {
            "image_bytes": files,
            "target_class": tf.constant([-1, 2, 0][:batch]),
            "top_k": tf.constant([2, 4, 1][:batch]),
        },
    }


class SavedModelTest(parameterized.TestCase):
    """Exports of one tiny model; what a test changes, it changes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = tiny_world.TinyWorld()
        cls.servable = tiny_world.servable(cls.world)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.base = pathlib.Path(folder.name)
        cls.path = saved_model.export(
            cls.servable,
            cls.base,
            assets={"style_space": {"layers": [6]}, "figures": {"accuracy": 1}},
        )
        cls.loaded = tf.saved_model.load(str(cls.path))

    def test_explains_itself(self):
        assets = {
            file.name: json.loads(file.read_text(encoding="utf-8"))
            for file in (self.path / "assets").iterdir()
        }

        self.assertEqual(
            assets,
            {
                "style_space.json": {"layers": [6]},
                "figures.json": {"accuracy": 1},
                "class_names.json": list(tiny_world.CLASS_NAMES),
                "contract.json": json.loads(
                    json.dumps(self.servable.contract())
                ),
            },
        )

    def test_reloaded_signatures_are_those_of_the_contract(self):
        loaded = self.loaded.signatures
        sizes = {"R": 8, "T": 6, "K": 3}

        self.assertCountEqual(loaded, signatures.CONTRACT)
        for name, signature in signatures.CONTRACT.items():
            for specs, infos in (
                (
                    loaded[name].structured_input_signature[1],
                    signature.inputs,
                ),
                (loaded[name].structured_outputs, signature.outputs),
            ):
                self.assertCountEqual(specs, infos)
                for key, info in infos.items():
                    self.assertEqual(specs[key].dtype.name, info.dtype)
                    self.assertEqual(
                        tuple(specs[key].shape), info.static_shape(sizes)
                    )

    @parameterized.parameters(1, 3)
    def test_reloaded_answers_are_those_of_the_model(self, batch):
        for name, inputs in requests(self.servable, batch).items():
            expected = getattr(self.servable, name)(**inputs)
            for answers in (
                self.loaded.signatures[name](**inputs),
                # The signatures are methods too, for a notebook.
                getattr(self.loaded, name)(**inputs),
            ):
                self.assert_answers_equal(answers, expected, name)

    def test_loads_where_our_package_is_not(self):
        folder = pathlib.Path(self.create_tempdir())
        expected = {}
        for batch in (1, 3):
            for name, inputs in requests(self.servable, batch).items():
                expected[name, batch] = getattr(self.servable, name)(**inputs)
                parts = [
                    tf.io.serialize_tensor(inputs[key])
                    for key in sorted(inputs)
                ]
                request = tf.io.serialize_tensor(tf.stack(parts)).numpy()
                (folder / f"{name}.{batch}.request").write_bytes(request)

        finished = subprocess.run(
            # -I: neither the working folder nor PYTHONPATH is searched.
            [sys.executable, "-I", "-c", _STRANGER, str(self.path), folder],
            capture_output=True,
            text=True,
        )

        self.assertEqual(finished.returncode, 0, finished.stderr)
        for (name, batch), answers in expected.items():
            actual = {}
            for key, answer in answers.items():
                file = folder / f"{name}.{batch}.{key}.answer"
                actual[key] = tf.io.parse_tensor(
                    file.read_bytes(), answer.dtype
                )
            self.assert_answers_equal(actual, answers, name)

    def test_carries_the_lookup_tables_of_a_classifier(self):
        table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(["scale"], [2.0]), 0.0
        )
        servable = tiny_world.servable(
            self.world,
            classify=lambda images: (
                self.world.classify(images) * table.lookup(tf.constant("scale"))
            ),
            resources=[table],
        )

        path = saved_model.export(servable, self.base, assets={})

        saved_model.reload_and_compare(path, tiny_world.pictures(1), servable)

    def test_versions_count_up(self):
        base = pathlib.Path(self.create_tempdir())
        (base / "7").mkdir()
        (base / "notes").mkdir()

        paths = [
            saved_model.export(self.servable, base, assets={}) for _ in range(2)
        ]

        self.assertEqual(paths, [base / "8", base / "9"])
        self.assertCountEqual(
            [entry.name for entry in base.iterdir()], ["7", "8", "9", "notes"]
        )

    def test_a_number_taken_in_between_is_left_alone(self):
        base = pathlib.Path(self.create_tempdir())
        save = tf.saved_model.save

        def save_slowly(*args, **kwargs):
            save(*args, **kwargs)
            (base / "1").mkdir()
            (base / "1" / "theirs").touch()

        with mock.patch.object(tf.saved_model, "save", save_slowly):
            path = saved_model.export(self.servable, base, assets={})

        self.assertEqual(path, base / "2")
        self.assertTrue((base / "1" / "theirs").exists())

    def test_a_failed_export_leaves_nothing(self):
        base = pathlib.Path(self.create_tempdir())
        save = tf.saved_model.save

        def save_and_fail(*args, **kwargs):
            save(*args, **kwargs)
            raise OSError("no space left on device")

        with mock.patch.object(tf.saved_model, "save", save_and_fail):
            with self.assertRaisesRegex(OSError, "no space left"):
                saved_model.export(self.servable, base, assets={})

        self.assertEmpty(list(base.iterdir()))

    def test_nothing_is_seen_before_it_is_complete(self):
        base = pathlib.Path(self.create_tempdir())
        seen = []
        save = tf.saved_model.save

        def save_and_look(*args, **kwargs):
            save(*args, **kwargs)
            seen.extend(entry.name for entry in base.iterdir())

        with mock.patch.object(tf.saved_model, "save", save_and_look):
            saved_model.export(self.servable, base, assets={})

        self.assertLen(seen, 1)
        self.assertFalse(seen[0].isdecimal())

    @parameterized.named_parameters(
        ("not_a_number", {"figures": {"kl": float("nan")}}, "not JSON comp"),
        ("ours", {"contract": {}}, "written by export itself.*contract"),
    )
    def test_refuses_assets_before_it_saves(self, assets, message):
        base = pathlib.Path(self.create_tempdir(), "new")

        with self.assertRaisesRegex(ValueError, message):
            saved_model.export(self.servable, base, assets=assets)

        self.assertFalse(base.exists())

    def change(self, variable: tf.Variable, value: np.ndarray):
        self.addCleanup(variable.assign, variable.numpy())
        variable.assign(value)

    def compare(self, examples=None):
        return saved_model.reload_and_compare(
            self.path,
            tiny_world.pictures(2) if examples is None else examples,
            self.servable,
        )

    def test_comparing_tells_the_largest_differences(self):
        differences = self.compare()

        self.assertCountEqual(
            differences,
            [
                f"{name}/{output}"
                for name, signature in signatures.CONTRACT.items()
                for output in signature.outputs
            ],
        )
        self.assertLess(max(differences.values()), 1e-5)

    @parameterized.parameters(
        ("encoder", "styles of encode"),
        ("generator", "images of generate|image_bytes of reconstruct"),
        ("classifier", "(logits|probabilities) of serving_default"),
    )
    def test_comparing_raises_where_a_network_differs(self, network, output):
        variable = getattr(self.world, network)
        self.change(variable, variable.numpy()[::-1])

        with self.assertRaisesRegex(
            ValueError, f"differs from the model in memory: ({output}) by"
        ):
            self.compare()

    def test_comparing_raises_where_both_are_not_finite(self):
        classifier = self.world.classifier
        self.change(classifier, classifier.numpy() * np.nan)
        path = saved_model.export(self.servable, self.base, assets={})

        with self.assertRaisesRegex(ValueError, "differs .* by nan"):
            saved_model.reload_and_compare(
                path, tiny_world.pictures(1), self.servable
            )

    def test_comparing_raises_where_the_contract_has_changed(self):
        changed = {
            **signatures.CONTRACT,
            "encode": signatures.Signature(
                name="encode",
                meaning="",
                inputs=signatures.ENCODE.inputs,
                outputs={
                    "styles": signatures.TensorInfo("float32", ("N", 7), "")
                },
                max_batch=1,
            ),
        }
        with mock.patch.object(signatures, "CONTRACT", changed):
            with self.assertRaisesRegex(
                ValueError, r"output of encode.*None, 7.*None, 6"
            ):
                self.compare()

        fewer = {"encode": signatures.ENCODE}
        with mock.patch.object(signatures, "CONTRACT", fewer):
            with self.assertRaisesRegex(ValueError, "the signatures are"):
                self.compare()

    def test_comparing_needs_an_example(self):
        with self.assertRaisesRegex(ValueError, "no example"):
            self.compare([])

    def assert_answers_equal(self, actual, expected, name):
        self.assertCountEqual(actual, expected)
        for key, value in expected.items():
            if value.dtype == tf.string and key.endswith("_bytes"):
                # Another process may round a pixel the other way.
                self.assert_images_equal(actual[key], value, f"{name}/{key}")
            elif value.dtype == tf.float32:
                np.testing.assert_allclose(
                    actual[key], value, atol=1e-5, err_msg=f"{name}/{key}"
                )
            else:
                np.testing.assert_array_equal(
                    actual[key], value, f"{name}/{key}"
                )

    def assert_images_equal(self, actual, expected, name):
        self.assertEqual(actual.shape, expected.shape, name)
        pairs = zip(actual.numpy().flat, expected.numpy().flat, strict=True)
        for one, other in pairs:
            if not other:
                self.assertEqual(one, other, name)
                continue
            np.testing.assert_allclose(
                tf.cast(tf.io.decode_png(one), tf.float32),
                tf.cast(tf.io.decode_png(other), tf.float32),
                atol=1.0,
                err_msg=name,
            )


if __name__ == "__main__":
    absltest.main()
