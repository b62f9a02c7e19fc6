"""Trains a second classifier independently, as witness and extractor.

A witness, since some edits only fool the classifier under explanation: the
second one, whose weights are its own, shows which. An extractor of features,
since StylEx is trained to bring reconstruction and image close in the first
one's features: their distance must be measured by features that no loss saw.

On images without labels the second one learns the first one's answers.
"""

import dataclasses
from collections.abc import Callable, Sequence

import tensorflow as tf

from stylex_tf.classifiers import architecture_kind, trainer
from stylex_tf.data.records import answered
from stylex_tf.runs import trained as trained_lib

_ARCHITECTURE = architecture_kind.Architecture.SMALL_CNN


@dataclasses.dataclass(frozen=True)
class SecondOpinion:
    """A classifier of the same classes with other weights.

    Attributes:
        classify: images -> logits.
        features: images -> feature maps, each [B, h, w, C].
        extractor: what the features are, in words.
    """

    classify: Callable[[tf.Tensor], tf.Tensor]
    features: Callable[[tf.Tensor], Sequence[tf.Tensor]]
    extractor: str

    def embed(self, images: tf.Tensor) -> tf.Tensor:
        """Averages the last feature map over space, [B, D]."""
        return tf.reduce_mean(self.features(images)[-1], axis=[1, 2])


def get(run: trained_lib.TrainedRun) -> SecondOpinion:
    """Trains the second classifier, or loads it from the run's folder."""
    directory = run.folder.second_classifier
    seed = run.settings.seed + 1
    if (directory / "classifier.json").exists():
        classifier = trainer.load(directory).classifier
    else:
        settings = run.settings.classifier
        classifier = trainer.train(
            # Without labels it learns to answer as the first one does.
            run.dataset
            if run.dataset.manifest.labelled
            else answered.AnsweredDataset(run.dataset, run.classifier),
            architecture=_ARCHITECTURE,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            learning_rate=settings.learning_rate,
            seed=seed,
            directory=directory,
        ).classifier
    return SecondOpinion(
        classify=classifier,
        features=classifier.features,
        extractor=f"{_ARCHITECTURE} of seed {seed}, trained on these images",
    )
