import contextlib
import csv
import dataclasses
import io
import pathlib
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from serving import client as command
from stylex_tf import errors
from stylex_tf.api import connection as connections
from stylex_tf.api import (
    explainer,
    exported_model,
    picture_inputs,
    questions,
    served,
)
from stylex_tf.attributes import carried_edit
from stylex_tf.data import pictures
from stylex_tf.export import signatures
from tests.export import tiny_world
from tests.serving import running_stylex, tiny_stylex
from tests.testing import tiny_export

_LONG = 120.0
_BOTH = ({"rest": False}, {"rest": True})


class ClientTest(parameterized.TestCase):
    """Our server in this process, and a tiny StylEx that it serves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name)
        (cls.root / "base").mkdir()
        cls.files = tiny_stylex.write_images(cls.root)
        cls.images = [file.read_bytes() for file in cls.files]
        cls.port, cls.rest_port = running_stylex.start(cls, cls.root / "base")
        cls.direct = tf.saved_model.load(str(cls.root / "base" / "1"))

    @classmethod
    def connect(cls, *, rest, model=None):
        return served.connect(
            connections.Connection(
                server=cls.server(rest), timeout_seconds=_LONG
            ),
            model or connections.Model(name=tiny_stylex.NAME),
            rest=rest,
        )

    @classmethod
    def server(cls, rest):
        return f"localhost:{cls.rest_port if rest else cls.port}"

    def ask_directly(self, signature, **inputs):
        answer = self.direct.signatures[signature](
            **{
                name: tf.constant(
                    value, signatures.CONTRACT[signature].inputs[name].dtype
                )
                for name, value in inputs.items()
            }
        )
        return {name: tensor.numpy() for name, tensor in answer.items()}

    def assert_same(self, actual, expected):
        self.assertEqual(actual.keys(), expected.keys())
        for name, array in expected.items():
            self.assertEqual(actual[name].dtype, array.dtype, name)
            if array.dtype == object:
                np.testing.assert_array_equal(actual[name], array, name)
            else:
                np.testing.assert_allclose(
                    actual[name], array, rtol=1e-4, atol=1e-5, err_msg=name
                )

    def run_command(self, *words, rest=False):
        """The exit code, and what it prints to stdout and stderr."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = command.main(
                [
                    *map(str, words),
                    f"--server={self.server(rest)}",
                    *(["--rest"] if rest else []),
                ]
            )
        return code, out.getvalue(), err.getvalue()

    @parameterized.parameters(*_BOTH)
    def test_every_method_answers_as_its_signature(self, rest):
        edits = {
            "coordinates": [[0, 4], [1, -1], [2, 3]],
            "directions": [[0, 1], [1, 0], [1, 1]],
            "strengths": [[1.0, 0.5], [2.0, 0.0], [0.25, -1.0]],
        }
        with self.connect(rest=rest) as backend:
            client = questions.Questions(backend)
            self.assert_same(
                client.classify(self.images),
                self.ask_directly("serving_default", image_bytes=self.images),
            )
            self.assert_same(
                client.reconstruct(self.images),
                self.ask_directly("reconstruct", image_bytes=self.images),
            )
            self.assert_same(
                client.find_attributes(self.images, target_class=1, top_k=3),
                self.ask_directly(
                    "find_attributes",
                    image_bytes=self.images,
                    target_class=[1, 1, 1],
                    top_k=[3, 3, 3],
                ),
            )
            self.assert_same(
                client.edit(self.images, **edits),
                self.ask_directly("edit", image_bytes=self.images, **edits),
            )
            styles = client.ask(
                signatures.ENCODE, {"image_bytes": self.images}
            )["styles"]
            self.assert_same(
                client.ask(signatures.GENERATE, {"styles": styles}),
                self.ask_directly("generate", styles=styles),
            )

    def test_both_ways_give_the_same_answers(self):
        with (
            self.connect(rest=False) as by_grpc,
            self.connect(rest=True) as by_rest,
        ):
            self.assert_same(
                *(
                    questions.Questions(backend).find_attributes(self.images)
                    for backend in (by_grpc, by_rest)
                )
            )

    def test_many_images_are_cut_into_calls(self):
        images = self.images * 2
        with self.connect(rest=False) as backend:
            self.assert_same(
                questions.Questions(backend).ask(
                    signatures.SERVING_DEFAULT,
                    {"image_bytes": images},
                    rows_per_call=4,
                ),
                self.ask_directly("serving_default", image_bytes=images),
            )

    @parameterized.parameters(*_BOTH)
    def test_a_refusal_has_the_code_and_the_text(self, rest):
        with self.connect(rest=rest) as backend:
            client = questions.Questions(backend)
            with self.assertRaisesRegex(
                errors.ServerError, "^INVALID_ARGUMENT: .*top_k"
            ) as caught:
                client.find_attributes(self.images, top_k=99)
        self.assertEqual(caught.exception.code, "INVALID_ARGUMENT")
        self.assertNotIn("\n", str(caught.exception))

    @parameterized.parameters(*_BOTH)
    def test_a_model_that_is_not_served(self, rest):
        model = connections.Model(name="ä", version=7)
        with self.connect(rest=rest, model=model) as backend:
            client = questions.Questions(backend)
            with self.assertRaisesRegex(errors.ServerError, "^NOT_FOUND: "):
                client.classify(self.images)

    @parameterized.parameters(
        ({"image_bytes": []}, "at least one"),
        ({"image_bytes": [3]}, "no string tensor"),
        ({"image_bytes": [[b""]]}, "has shape"),
        ({"images": [b""]}, "takes image_bytes"),
    )
    def test_a_mistake_is_not_sent(self, inputs, expected):
        client = questions.Questions(None)

        with self.assertRaisesRegex(errors.UsageError, expected):
            client.ask(signatures.SERVING_DEFAULT, inputs)

    @parameterized.parameters(*_BOTH)
    def test_command_classifies(self, rest):
        code, out, err = self.run_command("classify", *self.files, rest=rest)

        self.assertEqual((code, err), (0, ""))
        expected = self.ask_directly("serving_default", image_bytes=self.images)
        lines = [line.split("\t") for line in out.splitlines()]
        self.assertEqual(
            lines,
            [
                [str(file), name.decode(), f"{max(probabilities):.4f}"]
                for file, name, probabilities in zip(
                    self.files,
                    expected["class_name"],
                    expected["probabilities"],
                    strict=True,
                )
            ],
        )

    @parameterized.parameters(*_BOTH)
    def test_a_server_explains_as_the_export_in_this_process(self, rest):
        here = explainer.Explainer(
            exported_model.ExportedModel(
                tiny_export.write(self.root / f"exported-{rest}")
            )
        )
        with self.connect(rest=rest) as backend:
            there = explainer.Explainer(backend)
            for explain in (
                lambda model: model.explain(
                    self.files, target="pear", progress=False
                ),
                lambda model: model.explain_class(
                    1, images=self.files, progress=False
                ),
            ):
                local, remote = explain(here), explain(there)
                for field in dataclasses.fields(local):
                    actual, expected = (
                        getattr(explanation, field.name)
                        for explanation in (remote, local)
                    )
                    if isinstance(expected, np.ndarray):
                        np.testing.assert_allclose(
                            actual,
                            expected,
                            rtol=1e-4,
                            atol=1e-5,
                            err_msg=field.name,
                        )
                    elif field.name != "provenance":
                        self.assertEqual(actual, expected, field.name)
                self.assertEqual(remote.provenance["version"], "1")
                self.assertEqual(remote.provenance["name"], "tiny")
        self.assertEmpty(there.missing)
        self.assertEqual(there.class_names, tiny_world.CLASS_NAMES)

    @parameterized.parameters(*_BOTH)
    def test_command_explains(self, rest):
        folder = self.root / f"explained-{rest}"

        code, out, err = self.run_command(
            "explain",
            *self.files,
            f"--output={folder}",
            "--top_k=2",
            rest=rest,
        )

        self.assertEqual(code, 0, err)
        self.assertEqual(out.strip(), str(folder / "index.html"))
        with (folder / "explanations.csv").open() as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(
            [row["image"] for row in rows], [str(file) for file in self.files]
        )
        expected = self.ask_directly(
            "find_attributes",
            image_bytes=self.images,
            target_class=[-1, -1, -1],
            top_k=[2, 2, 2],
        )
        for row, coordinates in zip(rows, expected["coordinates"], strict=True):
            self.assertEqual(row["coordinate_1"], str(coordinates[0]))
            self.assertIn(row["trust"], ("fair", "doubtful"))

    def test_a_failed_explanation_leaves_nothing(self):
        parent = self.root / "failed"

        code, _, err = self.run_command(
            "explain",
            self.files[0],
            f"--output={parent}/explained",
            "--top_k=99",
        )

        self.assertEqual(code, 1)
        self.assertIn("error: top_k is 99; expected a whole number", err)
        self.assertFalse(parent.exists() and list(parent.iterdir()))

    def test_command_edits(self):
        output = self.root / "edited.png"

        code, out, err = self.run_command(
            "edit",
            self.files[0],
            f"--output={output}",
            "--coordinates=0,3",
            "--directions=1,0",
            "--strengths=-1,0.5",
        )

        self.assertEqual((code, err), (0, ""))
        expected = self.ask_directly(
            "edit",
            image_bytes=self.images[:1],
            coordinates=[[0, 3]],
            directions=[[1, 0]],
            strengths=[[-1.0, 0.5]],
        )
        self.assertEqual(output.read_bytes(), expected["edited_bytes"][0])
        self.assertEqual(
            [line.split("\t")[0] for line in out.splitlines()],
            ["before", "after", "trust"],
        )

    def test_command_edits_the_image_itself(self):
        output = self.root / "carried.png"
        edit = {
            "coordinates": [[0, 3]],
            "directions": [[1, 0]],
            "strengths": [[-1.0, 0.5]],
        }

        code, out, err = self.run_command(
            "edit",
            self.files[0],
            f"--output={output}",
            "--coordinates=0,3",
            "--directions=1,0",
            "--strengths=-1,0.5",
            "--carried",
        )

        self.assertEqual((code, err), (0, ""))
        image = self.images[:1]
        edited = self.ask_directly("edit", image_bytes=image, **edit)
        rebuilt = self.ask_directly("reconstruct", image_bytes=image)
        size = picture_inputs.decode_png(rebuilt["image_bytes"][0]).shape[0]
        expected = carried_edit.carry(
            pictures.decode(image[0], size)[None],
            picture_inputs.decode_png(rebuilt["image_bytes"][0])[None],
            picture_inputs.decode_png(edited["edited_bytes"][0])[None],
        )[0]
        np.testing.assert_array_equal(
            picture_inputs.decode_png(output.read_bytes()), expected
        )
        # What is said is said of the image, and of the picture written.
        lines = dict(line.split("\t", 1) for line in out.splitlines())
        for name, content in (
            ("before", image[0]),
            ("after", output.read_bytes()),
        ):
            said = self.ask_directly("serving_default", image_bytes=[content])
            np.testing.assert_allclose(
                [float(number) for number in lines[name].split("\t")],
                said["probabilities"][0],
                atol=1e-3,
            )

    def test_an_edit_says_how_far_to_trust_it(self):
        with self.connect(rest=False) as backend:
            (trust,) = (
                explainer.Explainer(backend)
                .explain(self.files[0], progress=False)
                .trust
            )

        _, out, _ = self.run_command(
            "edit",
            self.files[0],
            f"--output={self.root / 'trusted.png'}",
            "--coordinates=0",
            "--directions=1",
            "--strengths=1",
        )

        self.assertEqual(
            out.splitlines()[-1], f"trust\t{trust.level}\t{trust.words}"
        )

    @parameterized.parameters("pear", "1")
    def test_a_target_is_a_name_or_an_index(self, target):
        folder = self.root / f"towards-{target}"

        code, _, err = self.run_command(
            "explain",
            self.files[0],
            f"--output={folder}",
            f"--target={target}",
            "--crop=pad",
        )

        self.assertEqual(code, 0, err)
        page = (folder / "index.html").read_text()
        self.assertIn(": probability of pear</h2>", page)
        with (folder / "explanations.csv").open() as file:
            (row,) = csv.DictReader(file)
        with self.connect(rest=False) as backend:
            expected = explainer.Explainer(backend).explain(
                self.files[0], target=1, crop="pad", progress=False
            )
        self.assertEqual(row["coordinate_1"], str(expected.coordinates[0, 0]))

    def test_a_target_that_is_not_there_is_one_line(self):
        code, _, err = self.run_command(
            "explain",
            self.files[0],
            f"--output={self.root / 'towards-nothing'}",
            "--target=pera",
        )

        self.assertEqual(code, 1)
        self.assertIn("error: there is no class 'pera'; expected one of", err)

    def test_unreadable_images_are_named_before_anything_is_sent(self):
        empty = self.root / "empty.png"
        empty.write_bytes(b"")
        cut = self.root / "cut.png"
        cut.write_bytes(tiny_world.pictures(1)[0][:-40])

        code, out, err = self.run_command(
            "classify", self.files[0], empty, cut, self.root / "none.png"
        )

        self.assertEqual((code, out), (1, ""))
        self.assertEqual(err.count("\n"), 1)
        self.assertIn("3 of 4 images cannot be used", err)
        self.assertIn(f"{empty}: the file is empty", err)
        self.assertIn(f"{cut}: ", err)
        self.assertIn(f"{self.root}/none.png: No such file", err)


if __name__ == "__main__":
    absltest.main()
