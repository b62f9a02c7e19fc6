from absl.testing import absltest, parameterized

from stylex_tf.api import better_ends


class BetterEndsTest(parameterized.TestCase):
    @parameterized.parameters(
        ([7, 3, 7, -1], 4, [0, 1]),
        ([7, 7, 3, 3, 5], 2, [0, 2]),
        ([-1, -1], 2, []),
        ([], 1, []),
    )
    def test_the_first_of_each_coordinate_stays(
        self, coordinates, most, places
    ):
        self.assertEqual(better_ends.places(coordinates, most), places)


if __name__ == "__main__":
    absltest.main()
