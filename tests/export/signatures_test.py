import json
import subprocess
import sys

from absl.testing import absltest

from stylex_tf.export import signatures

SIZES = {"R": 8, "T": 6, "S": 5, "K": 3}


class SignaturesTest(absltest.TestCase):
    def test_free_axes_are_none_and_the_others_are_filled_in(self):
        info = signatures.TensorInfo("float32", ("N", "A", "R", "K", 3), "")

        self.assertEqual(info.static_shape(SIZES), (None, None, 8, 3, 3))

    def test_every_tensor_begins_with_the_batch(self):
        # A server that joins requests needs it.
        for signature in signatures.CONTRACT.values():
            for tensors in (signature.inputs, signature.outputs):
                for name, info in tensors.items():
                    self.assertEqual(
                        info.shape[0], "N", f"{signature.name}/{name}"
                    )

    def test_bytes_are_told_by_their_names(self):
        # TensorFlow Serving's REST API encodes an output as base64 if and
        # only if its name ends so.
        text = {"class_name", "description"}
        for signature in signatures.CONTRACT.values():
            for tensors in (signature.inputs, signature.outputs):
                for name, info in tensors.items():
                    self.assertEqual(
                        name.endswith("_bytes"),
                        info.dtype == "string" and name not in text,
                        f"{signature.name}/{name}",
                    )

    def test_the_contract_is_the_one_that_clients_know(self):
        classified = ["probabilities", "logits", "class", "class_name"]
        names = {
            name: (list(signature.inputs), list(signature.outputs))
            for name, signature in signatures.CONTRACT.items()
        }

        self.assertEqual(
            names,
            {
                "describe": (["format"], ["description"]),
                "serving_default": (["image_bytes"], classified),
                "classify_images": (["images"], classified),
                "encode": (["image_bytes"], ["styles"]),
                "encode_images": (["images"], ["styles"]),
                "generate": (["styles"], ["image_bytes", "images"]),
                "reconstruct": (
                    ["image_bytes"],
                    ["image_bytes", "probabilities"],
                ),
                "edit": (
                    ["image_bytes", "coordinates", "directions", "strengths"],
                    [
                        "edited_bytes",
                        "probabilities_before",
                        "probabilities_after",
                    ],
                ),
                "find_attributes": (
                    ["image_bytes", "target_class", "top_k"],
                    [
                        "coordinates",
                        "directions",
                        "strengths",
                        "shifts",
                        "effects",
                        "probabilities_before",
                        "probabilities_after",
                        "edited_bytes",
                    ],
                ),
                "style_effects": (
                    ["image_bytes", "first_edit", "num_edits"],
                    ["coordinates", "directions", "effects", "base_logits"],
                ),
                "class_attributes": (
                    ["target_class", "top_k"],
                    [
                        "coordinates",
                        "directions",
                        "strengths",
                        "effects",
                        "shares",
                    ],
                ),
            },
        )

    def test_what_is_found_is_what_edit_takes(self):
        edit = signatures.EDIT.inputs
        for signature in (
            signatures.FIND_ATTRIBUTES,
            signatures.CLASS_ATTRIBUTES,
        ):
            for name in ("coordinates", "directions", "strengths"):
                self.assertEqual(
                    signature.outputs[name].dtype, edit[name].dtype
                )
                self.assertLen(
                    signature.outputs[name].shape, len(edit[name].shape)
                )
        self.assertLessEqual(signatures.MAX_TOP_K, signatures.MAX_EDITS)

    def test_every_axis_is_explained(self):
        used = {
            axis
            for signature in signatures.CONTRACT.values()
            for tensors in (signature.inputs, signature.outputs)
            for info in tensors.values()
            for axis in info.shape
            if isinstance(axis, str)
        }
        # S stands in meanings alone.
        self.assertEqual(used | {"S"}, set(signatures.AXES))

    def test_plain_json_holds_all_of_it(self):
        contract = json.loads(
            json.dumps(
                signatures.to_dict(SIZES, style_strength=0.5, max_top_k=4)
            )
        )

        self.assertEqual(contract["sizes"], SIZES)
        self.assertEqual(contract["style_strength"], 0.5)
        self.assertEqual(contract["max_top_k"], 4)
        self.assertEqual(contract["max_edits"], signatures.MAX_EDITS)
        self.assertEqual(contract["max_measured"], signatures.MAX_MEASURED)
        self.assertEqual(contract["max_pixels"], signatures.MAX_PIXELS)
        after = contract["signatures"]["find_attributes"]["outputs"]
        self.assertEqual(after["probabilities_after"]["shape"], ["N", "A", "K"])

    def test_a_client_needs_no_tensorflow(self):
        program = (
            "import sys; from stylex_tf.export import signatures; "
            "assert 'tensorflow' not in sys.modules, 'imports TensorFlow'; "
            "assert 'numpy' not in sys.modules, 'imports numpy'"
        )
        finished = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
        )

        self.assertEqual(finished.returncode, 0, finished.stderr)


if __name__ == "__main__":
    absltest.main()
