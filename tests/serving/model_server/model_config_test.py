from absl.testing import absltest, parameterized

from serving.model_server import errors, model_config, versions

_THREE = """
model_config_list {
  config {
    name: "one" base_path: "/models/one" model_platform: "tensorflow"
    model_version_policy { specific { versions: 3 versions: 5 } }
    version_labels { key: "stable" value: 3 }
  }
  config {
    name: "two" base_path: "/models/two" model_platform: "tensorflow"
    model_version_policy { all {} }
  }
  config {
    name: "three" base_path: "/models/three" model_type: TENSORFLOW
    model_version_policy { latest { num_versions: 2 } }
  }
}
"""


def config(fields: str) -> str:
    return f"model_config_list {{ config {{ {fields} }} }}"


class ModelConfigTest(parameterized.TestCase):
    def file(self, text: str) -> str:
        return self.create_tempfile(content=text).full_path

    def test_reads_models_with_policies_and_labels(self):
        self.assertEqual(
            model_config.read(self.file(_THREE)),
            (
                model_config.ModelConfig(
                    "one",
                    "/models/one",
                    versions.VersionPolicy(specific=(3, 5)),
                    {"stable": 3},
                ),
                model_config.ModelConfig(
                    "two", "/models/two", versions.VersionPolicy(latest=None)
                ),
                model_config.ModelConfig(
                    "three", "/models/three", versions.VersionPolicy(latest=2)
                ),
            ),
        )

    def test_the_policy_is_the_latest_where_none_is_given(self):
        text = config('name: "a" base_path: "b" model_platform: "tensorflow"')

        (model,) = model_config.read(self.file(text))

        self.assertEqual(model.policy, versions.VersionPolicy(latest=1))

    @parameterized.named_parameters(
        ("no_name", 'base_path: "b" model_platform: "tensorflow"', "name is"),
        (
            "name_that_no_address_has",
            'name: "a/b" base_path: "b" model_platform: "tensorflow"',
            "'a/b'",
        ),
        ("no_path", 'name: "a" model_platform: "tensorflow"', "no base_path"),
        ("no_platform", 'name: "a" base_path: "b"', "model_platform is ''"),
        (
            "other_platform",
            'name: "a" base_path: "b" model_platform: "onnx"',
            "'onnx'; expected 'tensorflow'",
        ),
        ("misspelt", 'nmae: "a"', "nmae"),
        (
            "empty_policy",
            'name: "a" base_path: "b" model_platform: "tensorflow" '
            "model_version_policy { specific {} }",
            "names no versions",
        ),
    )
    def test_refuses(self, fields, expected):
        file = self.file(config(fields))

        with self.assertRaisesRegex(errors.ConfigError, expected) as caught:
            model_config.read(file)

        self.assertIn(file, str(caught.exception))

    def test_refuses_a_name_that_is_there_twice(self):
        entry = (
            'config { name: "a" base_path: "b" model_platform: "tensorflow" }'
        )

        with self.assertRaisesRegex(errors.ConfigError, "model a multiple"):
            model_config.read(
                self.file(f"model_config_list {{ {entry} {entry} }}")
            )

    def test_an_empty_list_asks_for_no_models(self):
        self.assertEqual(
            model_config.read(self.file("model_config_list {}")), ()
        )

    @parameterized.parameters(
        ("", "found none; expected a model_config_list"),
        ("custom_model_config {}", "found custom_model_config; expected"),
    )
    def test_refuses_what_has_no_list(self, text, expected):
        with self.assertRaisesRegex(errors.ConfigError, expected):
            model_config.read(self.file(text))

    def test_refuses_a_file_that_is_not_there(self):
        with self.assertRaisesRegex(errors.ConfigError, "/no/such/file"):
            model_config.read("/no/such/file")


if __name__ == "__main__":
    absltest.main()
