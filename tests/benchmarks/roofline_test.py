"""Tests of benchmarks.roofline: closed forms, and the page's table."""

import pathlib

from absl.testing import absltest

from benchmarks import roofline

_PAGE = pathlib.Path(__file__).parents[2] / "docs" / "scaling.md"
_GPU = roofline.Device("toy", peak=1_000.0, bandwidth=10.0)


class RooflineTest(absltest.TestCase):
    def test_below_the_ridge_the_memory_decides_and_above_the_peak(self):
        self.assertEqual(_GPU.reached(3.0), 30.0)
        self.assertEqual(_GPU.reached(100.0), 1_000.0)
        self.assertEqual(_GPU.reached(5_000.0), 1_000.0)

    def test_a_convolution_multiplies_each_tap_of_each_place(self):
        layer = roofline.convolution("x", 2, (8, 8), 3, (5, 7))
        self.assertEqual(layer.operations, 2 * 2 * 64 * 9 * 5 * 7)
        self.assertEqual(layer.moved, 2 * (2 * 64 * 5 + 2 * 64 * 7 + 9 * 5 * 7))

    def test_a_resampling_one_multiplies_at_the_small_size(self):
        up = roofline.convolution("x", 1, (4, 8), 3, (5, 7))
        down = roofline.convolution("x", 1, (8, 4), 3, (5, 7))
        self.assertEqual(up.operations, 2 * 16 * 9 * 5 * 7)
        self.assertEqual(down.operations, up.operations)

    def test_a_larger_batch_shares_the_weights(self):
        alone, batched = (
            roofline.convolution("x", batch, (4, 4), 3, (512, 512)).intensity
            for batch in (1, 16)
        )
        self.assertGreater(batched, 10 * alone)

    def test_the_slow_layers_count_for_their_time(self):
        fast = roofline.Layer("fast", 1_000.0, 1.0)
        slow = roofline.Layer("slow", 1_000.0, 1_000.0)
        # One second, and a hundred.
        self.assertAlmostEqual(roofline.whole([fast, slow], _GPU), 2_000 / 101)

    def test_the_networks_are_those_of_the_paper(self):
        layers = roofline.layers(256, 1, 32_768, 512)
        names = [layer.name for layer in layers]
        self.assertLen(names, len(set(names)))
        for name in ("generator b4 conv1", "discriminator b8 shortcut"):
            self.assertIn(name, names)
        self.assertNotIn("generator b4 conv0, up", names)
        lines = roofline.table(layers, roofline.DEVICES)
        self.assertLen(lines, len(layers) + 3)
        self.assertIn("A100", lines[0])

    def test_the_page_has_the_table_of_the_paper(self):
        layers = roofline.layers(256, 16, 32_768, 512)
        table = "\n".join(roofline.table(layers, roofline.DEVICES))
        self.assertIn(table, _PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    absltest.main()
