"""Fits a linear code of the same size (PCA): a floor for encoders."""

import dataclasses

import numpy as np

from stylex_tf.ops import preprocessing


@dataclasses.dataclass(frozen=True, eq=False)
class LinearCode:
    """Principal components of pictures.

    Attributes:
        mean: the mean of the pictures it was fitted to, [D].
        components: orthonormal, [S, D].
    """

    mean: np.ndarray
    components: np.ndarray

    @classmethod
    def fit(cls, images: np.ndarray, numbers: int) -> "LinearCode":
        """Finds the components in which pictures differ most.

        Args:
            images: uint8 [N, H, W, 3], which no figure is measured on.
            numbers: S, how many each picture is told by; at most N - 1 and
                as many as there are pixels' values.

        Raises:
            ValueError: there are fewer than two images, or no number.
        """
        if len(images) < 2 or numbers < 1:
            raise ValueError(
                f"{len(images)} images and {numbers} numbers; expected at "
                "least 2 and 1"
            )
        pixels = _flat(images)
        mean = pixels.mean(axis=0)
        centred = pixels - mean
        if len(images) <= centred.shape[1]:
            # Few long vectors: take the eigenvectors of the small side.
            values, vectors = np.linalg.eigh(centred @ centred.T)
            order = np.argsort(-values)[:numbers]
            order = order[values[order] > 1e-6 * values.max()]
            components = vectors[:, order].T @ centred
            components /= np.linalg.norm(components, axis=1, keepdims=True)
        else:
            values, vectors = np.linalg.eigh(centred.T @ centred)
            components = vectors[:, np.argsort(-values)[:numbers]].T
        return cls(mean=mean, components=components.astype(np.float32))

    def rebuild(self, images: np.ndarray) -> np.ndarray:
        """Returns the reconstructions, float32 in [-1, 1], uint8 [N, H, W, 3].

        What is shown is what is measured: no colour goes beyond white.
        """
        numbers = (_flat(images) - self.mean) @ self.components.T
        pixels = numbers @ self.components + self.mean
        return np.clip(pixels, -1.0, 1.0).reshape(images.shape)


def _flat(images: np.ndarray) -> np.ndarray:
    return preprocessing.to_float_numpy(images.reshape(len(images), -1))
