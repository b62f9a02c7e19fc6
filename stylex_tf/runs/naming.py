"""Names the factor that an attribute moves, on worlds with known truth."""

from collections.abc import Sequence

import tqdm

from stylex_tf.attributes import selection
from stylex_tf.evaluation import (
    factor_readings,
    factor_regressors,
    ground_truth,
    reconstruction,
)
from stylex_tf.report import findings, wording
from stylex_tf.runs import searching
from stylex_tf.runs import trained as trained_lib

# Half or more of a change that is less pure is something else.
_PURE = 0.5


class Namer:
    """Readers of the known factors, and what they say of attributes."""

    def __init__(
        self,
        trained: trained_lib.TrainedRun,
        search_result: searching.SearchResult,
        rebuilt: reconstruction.Reconstruction,
        regressors: factor_regressors.FactorRegressors,
    ):
        """Takes what was found, and images that the search has not seen."""
        self._search_result = search_result
        self._predictions = rebuilt.reconstructed_logits.argmax(axis=1)
        self._causes_by_class = trained.dataset.manifest.causes_by_class
        self.regressors = regressors
        self._readings = factor_readings.FactorReadings(
            trained.stylex.generate,
            regressors,
            rebuilt.styles,
            search_result.table.space,
            batch_size=trained.settings.attributes.batch_size,
        )

    def of_class(self, target: int) -> list[ground_truth.AttributeFactor]:
        """Returns the factors of a class's attributes."""
        return self._judge(self._search_result.by_class[target], target, False)

    def of_ranked(self) -> list[ground_truth.AttributeFactor]:
        """Returns the factors of the one ranked list for the figures."""
        if self._search_result.table.num_classes == 2:
            return self._judge(self._search_result.ranked, 1, True)
        # An attribute of several classes counts for the first that lists it.
        named: dict[selection.Attribute, ground_truth.AttributeFactor] = {}
        for target, attributes in self._search_result.by_class.items():
            factors = self.of_class(target)
            for attribute, factor in zip(attributes, factors, strict=True):
                named.setdefault(attribute, factor)
        return [named[attribute] for attribute in self._search_result.ranked]

    def _judge(
        self,
        attributes: Sequence[selection.Attribute],
        target: int,
        both_ways: bool,
    ) -> list[ground_truth.AttributeFactor]:
        judged = ground_truth.judge(
            self._readings,
            attributes,
            self._predictions,
            target_class=target,
            both_ways=both_ways,
            causes_by_class=self._causes_by_class,
        )
        # Where every image has the class already, nothing can be read.
        nothing = ground_truth.AttributeFactor(None, None, {}, None)
        return judged or [nothing] * len(attributes)


def names(shown: findings.Findings) -> dict[int, str]:
    """Returns what the readers call coordinates, for people.

    A coordinate has the name of the factor that most of its change falls on,
    in the first class that lists it; less pure ones have none.

    Args:
        shown: each class's attributes.
    """
    called: dict[int, str] = {}
    for of_class in shown.classes:
        for view in of_class.attributes:
            if view.factor is not None and (view.purity or 0.0) >= _PURE:
                called.setdefault(view.coordinate, wording.words(view.factor))
    return called


def get(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    rebuilt: reconstruction.Reconstruction,
) -> Namer | None:
    """Trains readers of the factors; returns None where none are known.

    Args:
        trained: the run.
        search_result: what the search found, cut to what is significant.
        rebuilt: reconstructions of the unseen images; the readers say what
            each attribute moves in them.
    """
    factors = trained.dataset.manifest.factors
    if not factors:
        return None
    train = trained.dataset.load("train")
    epochs = trained.settings.evaluation.regressor_epochs
    with tqdm.tqdm(
        total=epochs * len(train.images),
        desc="Training factor regressors",
        mininterval=1.0,
    ) as bar:
        regressors = factor_regressors.train(
            train.images,
            train.factors,
            factors,
            epochs=epochs,
            seed=trained.settings.seed,
            progress=bar.update,
        )
    return Namer(trained, search_result, rebuilt, regressors)
