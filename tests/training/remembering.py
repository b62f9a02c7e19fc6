"""Adam that moves nothing, so that what two steps compute can be compared."""

from stylex_tf.training import adam


class Remembering(adam.Adam):
    """Moves no variable, and keeps the gradients in its first slots.

    Adam's first steps have the size of the learning rate and the sign of the
    gradient, however small: after them, two ways to round are far apart.
    """

    def __init__(self):
        """Describes the optimizer."""
        super().__init__(1.0, beta_1=0.0, beta_2=0.0)

    def _move(self, variable, gradient, finite, m, v):
        m.assign(gradient)
