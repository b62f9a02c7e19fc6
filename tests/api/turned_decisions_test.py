import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.api import turned_decisions

_CAT, _DOG, _COW = np.eye(3, dtype=np.float32)


class TurnedDecisionsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("away", -1, [False, True, True]),
        ("towards", 1, [False, True, False]),
        # It is that already.
        ("to_what_it_is", 0, [False, False, False]),
    )
    def test_turns_where_the_class_is_another(self, target, turned):
        actual = turned_decisions.tell(
            np.array([_CAT]),
            np.array([[_CAT, _DOG, _COW]]),
            np.array([target]),
        )

        np.testing.assert_array_equal(actual, [turned])


if __name__ == "__main__":
    absltest.main()
