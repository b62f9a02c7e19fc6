"""Gives a trained StylEx as functions of tensors, all that later steps see."""

import dataclasses
import functools
import pathlib
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from stylex_tf import config, experiment
from stylex_tf.classifiers import adapter
from stylex_tf.data.records import tfrecords
from stylex_tf.models import style_space as style_space_lib
from stylex_tf.models import synthesis as synthesis_lib
from stylex_tf.runs import marginal as marginal_lib
from stylex_tf.search import layered
from stylex_tf.search import model as model_lib
from stylex_tf.training import checkpoints, networks
from stylex_tf.training import conditioning as conditioning_lib


@dataclasses.dataclass(frozen=True)
class TrainedModel:
    """The averaged networks of a training, and the classifier they explain.

    Attributes:
        model: styles to images in layers, for the search; the classifier; the
            discriminator, which is built when it is asked.
        encode: images, [N, H, W, 3], to styles, [N, T].
        generate: styles to images no brighter than white, compiled.
        swap_label: images and p, [N, K], to styles as if the classifier had
            said p; None of a generator that is never told p.
        style_space: what each style is.
        class_names: the names of the classifier's K classes.
        step: the step of the training, at which the networks were saved.
        averages: the networks.
        marginal: mean class probabilities, [K]; None where no part needs it.
    """

    model: model_lib.Model
    encode: Callable[[tf.Tensor], tf.Tensor]
    generate: Callable[[tf.Tensor], tf.Tensor]
    swap_label: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None
    style_space: style_space_lib.StyleSpace
    class_names: tuple[str, ...]
    step: int
    averages: networks.Networks
    marginal: np.ndarray | None = None

    @property
    def classify(self) -> Callable[[tf.Tensor], tf.Tensor]:
        """Classifies images into logits, [N, K]."""
        return self.model.classify

    def probabilities(self, images: tf.Tensor) -> np.ndarray:
        """Returns what the classifier says of images, [N, K]."""
        return tf.nn.softmax(self.classify(images)).numpy()


def restore(
    settings: config.ExperimentConfig,
    checkpoint: pathlib.Path,
    classifier: adapter.Classifier,
    dataset: tfrecords.Dataset,
) -> TrainedModel:
    """Restores the averaged networks, and nothing else of a training.

    Args:
        settings: the config of the run.
        checkpoint: its path without the endings of its files.
        classifier: the one under explanation.
        dataset: whose training images give the marginal, where it is needed.

    Raises:
        CheckpointError: it is of other networks.
    """
    averages = experiment.build_averages(settings, classifier.num_classes)
    step = tf.Variable(0, dtype=tf.int64, trainable=False)
    checkpoints.restore_part(checkpoint, averages=averages, step=step)
    conditioning = settings.model.conditioning
    marginal = None
    if conditioning_lib.takes_marginal(conditioning):
        marginal = marginal_lib.of_training_images(classifier, dataset)

    def swap_label(images: tf.Tensor, p: tf.Tensor) -> tf.Tensor:
        return averages.generator.styles(averages.encode(images), p)

    def encode(images: tf.Tensor) -> tf.Tensor:
        p = tf.nn.softmax(classifier(images))
        if marginal is not None:
            p = tf.tile(tf.constant(marginal)[None], [tf.shape(images)[0], 1])
        return swap_label(images, p)

    space = averages.generator.style_space
    size = settings.model.resolution
    images = tf.TensorSpec([None, size, size, 3])
    styles = tf.TensorSpec([None, space.total])
    p = tf.TensorSpec([None, classifier.num_classes])
    in_layers = _LayeredSynthesis(averages.generator.synthesis)
    graph = functools.partial(tf.function, autograph=False)
    return TrainedModel(
        model=model_lib.Model(
            in_layers,
            graph(classifier, input_signature=[images]),
            _Discriminator(settings, checkpoint, classifier, averages),
        ),
        encode=graph(encode, input_signature=[images]),
        generate=graph(
            lambda styles: in_layers(styles), input_signature=[styles]
        ),
        swap_label=None
        if conditioning == conditioning_lib.Conditioning.NONE
        else graph(swap_label, input_signature=[images, p]),
        style_space=space,
        class_names=tuple(classifier.class_names),
        step=int(step.numpy()),
        averages=averages,
        marginal=marginal,
    )


class _Discriminator:
    """The scores of images, each by itself; read when the first is asked."""

    def __init__(
        self,
        settings: config.ExperimentConfig,
        checkpoint: pathlib.Path,
        classifier: adapter.Classifier,
        averages: networks.Networks,
    ):
        self._settings = settings
        self._checkpoint = checkpoint
        self._classifier = classifier
        self._averages = averages

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        p = tf.nn.softmax(self._classifier(images))
        judges = self._networks
        return judges.score(judges.judged(images), p, alone=True)

    @functools.cached_property
    def _networks(self) -> networks.Networks:
        # Also when the first to ask is being traced.
        with tf.init_scope():
            made = experiment.with_discriminator(
                self._averages, self._settings, self._classifier.num_classes
            )
            part = {"discriminator": made.discriminator}
            checkpoints.restore_part(self._checkpoint, networks=part)
        return made


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
