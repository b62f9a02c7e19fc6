"""Tests the file that the page is written to."""

import pathlib
from unittest import mock

import numpy as np
from absl.testing import absltest

from stylex_tf.report import page, pictures
from tests.report import report_samples


class WriteReportTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "report" / "a.html"

    def test_writes_utf8_and_nothing_else(self):
        data = report_samples.report_data(title="Œil gauche – 左眼")

        page.write_report(self.path, data)

        self.assertIn("Œil gauche – 左眼", self.path.read_text("utf-8"))
        self.assertLen(list(self.path.parent.iterdir()), 1)

    def test_same_data_same_page(self):
        data = report_samples.report_data()
        page.write_report(self.path, data)
        first = self.path.read_bytes()

        page.write_report(self.path, data)

        self.assertEqual(self.path.read_bytes(), first)

    def test_compresses_pictures_that_do_not_fit_and_says_so(self):
        noise = np.random.default_rng(0).integers(
            0, 256, (2, 64, 64, 3), dtype=np.uint8
        )
        noisy = report_samples.report_data(
            reconstructions=page.Reconstructions(
                images=noise,
                reconstructions=noise,
                probabilities_images=np.eye(2),
                probabilities_reconstructions=np.eye(2),
                image_ids=("a", "b"),
            )
        )
        exact = len(page.render(noisy, pictures.ENCODINGS[0]))
        self.assertNotIn("ompressed", self._write(noisy, exact + 1000))
        self.assertIn("compressed", self._write(noisy, exact - 1000))

    def test_large_pictures_are_compressed_at_once(self):
        large = np.zeros((1, 128, 128, 3), np.uint8)
        data = report_samples.report_data(
            reconstructions=page.Reconstructions(
                images=large,
                reconstructions=large,
                probabilities_images=np.eye(1, 2),
                probabilities_reconstructions=np.eye(1, 2),
                image_ids=("a",),
            )
        )

        self.assertIn("Pictures are compressed.", self._write(data, 10**7))

    def _write(self, data, size):
        with mock.patch.object(page, "MAX_BYTES", size):
            return page.write_report(self.path, data).read_text()

    def test_refuses_a_page_that_cannot_fit(self):
        with (
            mock.patch.object(page, "MAX_BYTES", 1000),
            self.assertRaisesRegex(ValueError, "Explain fewer classes"),
        ):
            page.write_report(self.path, report_samples.report_data())
        self.assertFalse(self.path.exists())


if __name__ == "__main__":
    absltest.main()
