import numpy as np
from absl.testing import absltest

from stylex_tf.attributes import carried_edit
from stylex_tf.ops import carried


def _pixels(*shape):
    random = np.random.default_rng(len(shape))
    return random.integers(0, 256, [*shape, 5, 5, 3], dtype=np.uint8)


def _slowly(image, rebuilt, edited):
    """Carries an edit pixel by pixel, as the definition says."""
    change = edited.astype(float) - rebuilt
    sizes = np.abs(change).mean(axis=-1)
    pixels = image.astype(float)
    for row, column in np.ndindex(sizes.shape):
        share = sizes[row, column] / sizes.max()
        kept = min(max((share - 0.05) / 0.1, 0), 1)
        pixels[row, column] += kept * change[row, column]
    return np.clip(np.rint(pixels), 0, 255)


class CarriedEditTest(absltest.TestCase):
    def test_is_the_image_plus_the_change(self):
        images, rebuilt, edited = _pixels(2), _pixels(2)[::-1], _pixels(2, 3)

        pictures = carried_edit.carry(images, rebuilt, edited)

        self.assertEqual(pictures.dtype, np.uint8)
        for n in range(2):
            for a in range(3):
                np.testing.assert_array_equal(
                    pictures[n, a], _slowly(images[n], rebuilt[n], edited[n, a])
                )
            np.testing.assert_array_equal(
                carried_edit.carry(images, rebuilt, edited[:, 0])[n],
                pictures[n, 0],
            )

    def test_no_edit_leaves_the_image(self):
        images, rebuilt = _pixels(2), _pixels(2)[::-1]

        np.testing.assert_array_equal(
            carried_edit.carry(images, rebuilt, rebuilt), images
        )

    def test_of_a_perfect_reconstruction_it_is_the_edit(self):
        images = _pixels(2)
        # Every pixel changes by about half of the range.
        edited = (images + 128)[:, None]

        np.testing.assert_array_equal(
            carried_edit.carry(images, images, edited), edited
        )

    def test_faint_changes_do_not_reach_the_image(self):
        images = np.full([1, 2, 2, 3], 100, np.uint8)
        edited = images.copy()
        edited[0, 0, 0] += 100
        edited[0, 1, 1] -= 4
        edited[0, 0, 1] += 12

        carried = carried_edit.carry(images, images, edited)

        np.testing.assert_array_equal(
            carried[0, ..., 0], [[200, 108], [100, 100]]
        )

    def test_is_what_the_figures_measure(self):
        """The twin in TensorFlow, which evaluation uses, not rounded."""
        images, rebuilt, edited = _pixels(2), _pixels(2)[::-1], _pixels(2, 3)

        floats = [
            array / 127.5 - 1 for array in (images, rebuilt, edited[:, 1])
        ]
        twin = (carried.carry(*floats).numpy() + 1) * 127.5

        np.testing.assert_allclose(
            carried_edit.carry(images, rebuilt, edited)[:, 1], twin, atol=0.51
        )


if __name__ == "__main__":
    absltest.main()
