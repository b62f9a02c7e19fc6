from absl.testing import absltest

from stylex_tf import extras


class ExtrasTest(absltest.TestCase):
    def test_says_what_is_typed_and_where(self):
        self.assertEqual(
            extras.how("train", "tensorflow"),
            "pip install '.[train,tensorflow]' in a clone of StylEx",
        )


if __name__ == "__main__":
    absltest.main()
