"""Models that ship, and their pictures, are found by name."""

import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.api import shipped


class ShippedTest(parameterized.TestCase):
    def test_a_model_has_its_pictures_by_name_and_by_folder(self):
        folder = shipped.find("faces_32")

        pictures = shipped.samples("faces_32")

        self.assertNotEmpty(pictures)
        self.assertEqual(shipped.samples(folder), pictures)
        self.assertEqual(shipped.samples(folder / "1"), pictures)

    @parameterized.parameters(
        ("faces_33", r"faces_33: no such .*Did you mean faces_32\?"),
        ("export/1", "export/1: no such folder; expected an exported model"),
    )
    def test_a_model_that_is_not_there_is_an_error(self, name, message):
        with self.assertRaisesRegex(errors.UsageError, message):
            shipped.samples(name)

    def test_a_model_of_ones_own_has_none(self):
        folder = pathlib.Path(self.create_tempdir())

        self.assertEmpty(shipped.samples(folder))


if __name__ == "__main__":
    absltest.main()
