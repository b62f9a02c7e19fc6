import numpy as np
from absl.testing import absltest

from stylex_tf.attributes import carried_edit
from stylex_tf.ops import carried


def _pixels(*shape):
    random = np.random.default_rng(len(shape))
    return random.integers(0, 256, [*shape, 5, 5, 3], dtype=np.uint8)


class CarriedEditTest(absltest.TestCase):
    def test_is_the_image_plus_the_change(self):
        images, rebuilt, edited = _pixels(2), _pixels(2)[::-1], _pixels(2, 3)

        found = carried_edit.carry(images, rebuilt, edited)

        self.assertEqual(found.dtype, np.uint8)
        for n in range(2):
            for a in range(3):
                change = edited[n, a].astype(float) - rebuilt[n]
                np.testing.assert_array_equal(
                    found[n, a], np.clip(images[n] + change, 0, 255)
                )
            np.testing.assert_array_equal(
                carried_edit.carry(images, rebuilt, edited[:, 0])[n],
                found[n, 0],
            )

    def test_no_edit_leaves_the_image(self):
        images, rebuilt = _pixels(2), _pixels(2)[::-1]

        np.testing.assert_array_equal(
            carried_edit.carry(images, rebuilt, rebuilt), images
        )

    def test_of_a_perfect_reconstruction_it_is_the_edit(self):
        images, edited = _pixels(2), _pixels(2, 3)

        np.testing.assert_array_equal(
            carried_edit.carry(images, images, edited), edited
        )

    def test_is_what_the_figures_measure(self):
        """The twin in TensorFlow, which evaluation uses, on floats."""
        images, rebuilt, edited = _pixels(2), _pixels(2)[::-1], _pixels(2, 3)

        floats = [
            array / 127.5 - 1 for array in (images, rebuilt, edited[:, 1])
        ]
        twin = (carried.carry(*floats).numpy() + 1) * 127.5

        np.testing.assert_allclose(
            carried_edit.carry(images, rebuilt, edited)[:, 1], twin, atol=1e-3
        )


if __name__ == "__main__":
    absltest.main()
