"""A trained run as plain functions of tensors: all that later stages see."""

import numpy as np
import tensorflow as tf

from stylex_tf.search import layered
from stylex_tf.models import synthesis as synthesis_lib
from stylex_tf.runs import run as run_lib


class Functions:
    """The averaged networks of a run as compiled functions of tensors."""

    def __init__(self, run: run_lib.Run):
        """Binds the functions to the run's averages and classifier."""
        averages, model = run.state.averages, run.settings.model
        self.style_space = averages.generator.style_space
        self._run = run
        self._marginal = tf.constant(run.marginal)
        size = model.resolution
        images = tf.TensorSpec([None, size, size, 3])
        styles = tf.TensorSpec([None, self.style_space.total])
        p = tf.TensorSpec([None, len(run.marginal)])
        self.layered = _LayeredSynthesis(averages.generator.synthesis)
        self.encode = tf.function(self._encode, input_signature=[images])
        self.generate = tf.function(self._generate, input_signature=[styles])
        self.classify = tf.function(run.classifier, input_signature=[images])
        # A generator that is never told p has no label to swap.
        self.swap_label = (
            None
            if model.conditioning == "none"
            else tf.function(self._swap_label, input_signature=[images, p])
        )

    def _encode(self, images: tf.Tensor) -> tf.Tensor:
        p = tf.nn.softmax(self._run.classifier(images))
        if self._run.settings.model.conditioning == "dropout":
            p = tf.tile(self._marginal[None, :], [tf.shape(images)[0], 1])
        return self._swap_label(images, p)

    def _swap_label(self, images: tf.Tensor, p: tf.Tensor) -> tf.Tensor:
        averages = self._run.state.averages
        return averages.generator.styles(averages.encode(images), p)

    def _generate(self, styles: tf.Tensor) -> tf.Tensor:
        return self.layered(styles)

    def score(self, images: tf.Tensor) -> tf.Tensor:
        """The discriminator's scores, [N], each image by itself."""
        p = tf.nn.softmax(self._run.classifier(images))
        networks = self._run.state.networks
        return networks.score(networks.judged(images), p, alone=True)


def probabilities(functions: Functions, images: tf.Tensor) -> np.ndarray:
    """What the classifier says of images, [N, K]."""
    return tf.nn.softmax(functions.classify(images)).numpy()


class _LayeredSynthesis:
    """The synthesis as a `LayeredGenerator`.

    What is shown is what is classified: no colour goes beyond white.
    """

    def __init__(self, synthesis: synthesis_lib.Synthesis):
        self._synthesis = synthesis
        self.layer_widths = tuple(
            layer.width
            for layer in synthesis.style_space.layers
            if layer.searched
        )

    def __call__(self, styles: tf.Tensor) -> tf.Tensor:
        return tf.clip_by_value(self._synthesis(styles), -1.0, 1.0)

    def enter(self, styles: tf.Tensor) -> list[layered.State]:
        return self._synthesis.enter(styles)

    def resume(
        self, layer: int, state: layered.State, styles: tf.Tensor
    ) -> tf.Tensor:
        images = self._synthesis.resume(layer, state, styles)
        return tf.clip_by_value(images, -1.0, 1.0)
