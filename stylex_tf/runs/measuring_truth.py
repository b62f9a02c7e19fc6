"""Compares what was found with what is known of the unseen images."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from stylex_tf.data.records import rule_kind
from stylex_tf.data.worlds import (
    drawn_counterfactuals,
    factor_masks,
    rules,
    worlds,
)
from stylex_tf.evaluation import (
    causal_effects,
    drawn_ceiling,
    edit_quality,
    figure,
    first_edits,
    ground_truth,
    led,
    reconstruction,
    record,
)
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import naming, searching
from stylex_tf.runs import trained as trained_lib

# What is drawn again for each image and value of a factor takes its time.
_DRAWN_IMAGES = 300


class Truth:
    """What is known of a run's images: nothing, their factors, or a world.

    Factors (annotations of photographs) allow every figure that reads them; a
    rendered world also those that draw an image anew.
    """

    def __init__(
        self,
        trained: trained_lib.TrainedRun,
        search_result: searching.SearchResult,
        rebuilt: reconstruction.Reconstruction,
        namer: naming.Namer | None,
    ):
        """Finds out what is known.

        Args:
            trained: the run.
            search_result: what the search found, and is significant.
            rebuilt: reconstructions of its unseen images.
            namer: readers of the factors; None where none are known.
        """
        manifest = trained.dataset.manifest
        self._trained, self._search_result, self._namer = (
            trained,
            search_result,
            namer,
        )
        self._led = led.Led.of(rebuilt)
        self._manifest = manifest
        self._batch_size = trained.settings.attributes.batch_size
        self._world: worlds.World | None = None
        self._rule: rules.Rule | None = None
        if manifest.source in worlds.NAMES:
            self._world = worlds.get(manifest.source)
            if manifest.rule != rule_kind.RuleKind.RANDOM:
                self._rule = rules.parse(
                    manifest.rule,
                    manifest.causes,
                    manifest.factors,
                    manifest.source,
                )

    def figures(self, pictures: np.ndarray) -> record.GroundTruth:
        """Returns what the attributes and the reconstructions are worth.

        Args:
            pictures: the reconstructions of the unseen images, float.
        """
        namer, images = self._namer, self._trained.held_out.unseen
        if namer is None:
            return record.GroundTruth()
        causes = sum(self._manifest.causes_by_class, ())
        judged, count = namer.of_ranked(), len(images.images)
        effects = self._causal_effects()
        correlation = None
        if effects is not None:
            correlation = causal_effects.rank_correlation(
                effects,
                [attribute.effect for attribute in self._search_result.ranked],
                judged,
            )
        return dataclasses.replace(
            ground_truth.recovery(judged, causes, images=count),
            rank_correlation=None
            if correlation is None
            else figure.Figure(correlation, count),
            causal_effects=None
            if effects is None
            else _figures(effects, min(count, _DRAWN_IMAGES)),
            factor_agreement=_figures(
                ground_truth.factor_agreement(
                    namer.regressors,
                    preprocessing.to_float_numpy(images.images),
                    pictures,
                ),
                count,
            ),
            regressor_accuracy=_figures(
                namer.regressors.accuracy(images.images, images.factors), count
            ),
        )

    def ceiling(self) -> figure.Curve | None:
        """Returns the flips of the attributes' factors, drawn."""
        if self._rule is None or self._namer is None:
            return None
        return drawn_ceiling.measure(
            self._draw,
            self._trained.stylex.classify,
            self._led,
            {
                target: [
                    judged.factor for judged in self._namer.of_class(target)
                ]
                for target in self._search_result.by_class
            },
            self._causal,
            batch_size=self._batch_size,
        )

    def edits(self, edits: first_edits.FirstEdits | None) -> record.Edits:
        """Returns how well behaved the first edits are."""
        if edits is None:
            return record.Edits()
        few = edits.take(_DRAWN_IMAGES)
        functions = self._trained.stylex
        own = self._own_factors(few)
        measured = edit_quality.measure(
            few,
            functions.model,
            functions.encode,
            masks=self._masks(few, own),
            batch_size=self._batch_size,
        )
        if self._namer is None:
            return measured
        read = self._namer.regressors.predict
        measured = dataclasses.replace(
            measured,
            collateral_factors=edit_quality.factors_moved(
                self._manifest.factors,
                read(few.reconstructions),
                read(few.edited),
                own,
            ),
        )
        drawn = self._drawn(few)
        if drawn is None:
            return measured
        floats = preprocessing.to_float_numpy(drawn.images)
        rebuilt = batching.apply(
            lambda batch: functions.generate(functions.encode(batch)),
            floats,
            batch_size=self._batch_size,
        )
        return edit_quality.to_drawn(
            measured, few, floats, rebuilt, drawn.reached
        )

    def drawn_of(
        self, edits: first_edits.FirstEdits | None
    ) -> np.ndarray | None:
        """Returns the drawn counterfactuals of edits that have one, uint8."""
        drawn = None if edits is None else self._drawn(edits)
        return None if drawn is None else drawn.images[drawn.reached]

    @property
    def _causal(self) -> set[str]:
        """Returns the factors that the rule of the world depends on."""
        assert self._rule is not None
        factors = self._manifest.factors
        return {factors[cause.factor].name for cause in self._rule.causes}

    def _draw(
        self, rows: np.ndarray, target: int, only: Collection[str]
    ) -> drawn_counterfactuals.Counterfactuals:
        assert self._world is not None and self._rule is not None
        return drawn_counterfactuals.drawn_counterfactual(
            self._world,
            self._rule,
            self._trained.held_out.unseen.factors[rows],
            target,
            resolution=self._manifest.resolution,
            only=only,
        )

    def _drawn(
        self, edits: first_edits.FirstEdits
    ) -> drawn_counterfactuals.Counterfactuals | None:
        """Draws the counterfactual of each edit's own factor, in their order.

        Where that factor is no cause, there is none: not reached.
        """
        if self._rule is None or self._namer is None:
            return None
        factors = self._trained.held_out.unseen.factors[edits.rows].astype(
            np.float64
        )
        images = self._trained.held_out.unseen.images[edits.rows].copy()
        reached = np.zeros(len(edits), bool)
        own = np.array(self._own_factors(edits), object)
        for target in np.unique(edits.targets).tolist():
            mine = edits.targets == target
            factor = own[mine][0]
            if factor not in self._causal:
                continue
            drawn = self._draw(edits.rows[mine], target, [factor])
            factors[mine], images[mine] = drawn.factors, drawn.images
            reached[mine] = drawn.reached
        before = self._trained.held_out.unseen.factors[edits.rows]
        return drawn_counterfactuals.Counterfactuals(
            factors=factors,
            images=images,
            changed=factors != before,
            reached=reached,
        )

    def _own_factors(
        self, edits: first_edits.FirstEdits
    ) -> Sequence[str | None]:
        """Returns the main factor of each edit; None where none is known."""
        if self._namer is None:
            return [None] * len(edits)
        first = {
            target: self._namer.of_class(target)[0].factor
            for target in np.unique(edits.targets).tolist()
        }
        return [first[int(target)] for target in edits.targets]

    def _masks(
        self, edits: first_edits.FirstEdits, own: Sequence[str | None]
    ) -> np.ndarray | None:
        """Returns the pixels that each edit's own factor touches when drawn."""
        if self._world is None or None in own:
            return None
        shape = edits.edited.shape[:3]
        masks = np.zeros(shape, bool)
        for factor in sorted({str(name) for name in own}):
            mine = np.array([name == factor for name in own])
            masks[mine] = factor_masks.factor_masks(
                self._world,
                self._trained.held_out.unseen.factors[edits.rows[mine]],
                factor,
                resolution=self._manifest.resolution,
            )
        return masks

    def _causal_effects(self) -> Mapping[str, float] | None:
        # Photographs with annotations cannot be drawn with another factor.
        if self._world is None:
            return None
        return causal_effects.measure(
            self._world.render,
            self._trained.stylex.classify,
            self._trained.held_out.unseen.factors[:_DRAWN_IMAGES],
            self._manifest.factors,
            resolution=self._manifest.resolution,
            seed=self._trained.settings.seed,
        )


def _figures(
    values: Mapping[str, float], count: int
) -> Mapping[str, figure.Figure]:
    return {name: figure.Figure(value, count) for name, value in values.items()}
