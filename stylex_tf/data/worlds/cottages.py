"""Draws the world "cottages": eight nuisances that hide two small causes.

It was made so that a ranking by statistics has reason to fail. Wu et al.'s asks
which style coordinates differ between the images of a class and all images, in
units of their spread, and never asks the classifier. Here

- the causes are small (a lamp, a bird: a few pixels of 1024), one of four
  values each, and either of them is enough. So a cause holds in little more
  than half of its class's images, and away from it the factor still takes
  three values: its coordinates differ little and spread much;
- two large nuisances go along with the causes in `_TOGETHER` of the images,
  in training and test alike: cloudy skies and dry meadows. Their coordinates
  stand out more than those of the causes;
- they say nothing that the causes do not say better, so that a classifier that
  has learnt the causes does not need them. Whether it does is measured:
  `causal_effects` of evaluation.json exchanges each factor in the drawing.

The other nuisances are strong as well, and independent: sky and light change
most pixels of the picture.
"""

from collections.abc import Sequence

import numpy as np

from stylex_tf.data.records import manifest
from stylex_tf.data.worlds import canvas

# Raise when a drawing changes: it is part of the key of the cache.
VERSION = 1

FACTORS = (
    manifest.Factor("lamp", ("white", "green", "blue", "red")),
    manifest.Factor("bird", ("none", "left", "right", "chimney")),
    manifest.Factor("clouds", ("clear", "cloudy")),
    manifest.Factor("meadow", ("green", "dry")),
    manifest.Factor("wall", ("white", "ochre", "rose", "grey")),
    manifest.Factor("roof", ("slate", "tile", "thatch")),
    manifest.Factor("tree", ("none", "left", "right")),
    manifest.Factor("sky"),
    manifest.Factor("hills"),
    manifest.Factor("light"),
)

# 0.3 each make "lamp=red or bird=chimney" true for 1 - 0.7 * 0.7 = 51 % of the
# images.
PROBABILITIES = (
    (0.7 / 3, 0.7 / 3, 0.7 / 3, 0.3),
    (0.7 / 3, 0.7 / 3, 0.7 / 3, 0.3),
    *[None] * 8,
)

_LAMP, _BIRD, _CLOUDS, _MEADOW = range(4)
_RED, _ON_CHIMNEY = 3, 3
# Share of the images in which clouds (and in which meadow) tell whether one of
# the causes holds.
_TOGETHER = 0.85

# Coordinates below are on a canvas of this size.
_CANVAS = 32
_SKIES = ((120, 176, 236), (240, 170, 130))
_CLOUD = (236, 238, 242)
_HILL = (96, 120, 128)
_MEADOWS = ((104, 160, 76), (202, 178, 104))
_WALLS = ((242, 240, 232), (222, 178, 98), (226, 160, 156), (150, 154, 160))
_ROOFS = ((70, 76, 92), (178, 84, 56), (148, 120, 72))
_CHIMNEY = (128, 72, 60)
_TREE = (44, 96, 58)
_TRUNK = (92, 66, 46)
_DOOR = (74, 50, 40)
_WINDOW = (58, 70, 96)
_LAMPS = ((255, 255, 255), (40, 220, 90), (60, 110, 255), (255, 30, 30))
_POST = (40, 40, 46)
_BIRD_COLOUR = (18, 18, 26)
_BIRDS = (None, (9.6, 13.0), (16.4, 13.0), (19.9, 7.4))


def together(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Makes clouds and meadow go along with the causes; [N, F] -> [N, F].

    Each by itself, in `_TOGETHER` of the images.
    """
    caused = (values[:, _LAMP] == _RED) | (values[:, _BIRD] == _ON_CHIMNEY)
    coupled = values.copy()
    for factor in (_CLOUDS, _MEADOW):
        along = random.random(len(values)) < _TOGETHER
        coupled[:, factor] = np.where(along, caused, ~caused)
    return coupled


def render(factors: Sequence[float], resolution: int) -> np.ndarray:
    """Draws one cottage; see `retina_drawn.render` for the arguments."""
    lamp, bird, clouds, meadow, wall, roof, tree = map(int, factors[:7])
    sky, hills, light = factors[7:]
    paper = canvas.Canvas(resolution, _CANVAS, canvas.mix(*_SKIES, sky))
    if clouds:
        for x, y, rx in ((6, 4, 5), (13, 5, 5.5), (26, 3.5, 6)):
            paper.ellipse(x, y, rx, 2.2, _CLOUD)
    top = 21 - 8 * hills
    paper.ellipse(4, 27, 15, 27 - top, _HILL)
    paper.ellipse(27, 27, 13, 25.5 - top, _HILL)
    paper.rectangle(0, 24, _CANVAS, _CANVAS, _MEADOWS[meadow])
    if tree:
        trunk = 3.5 if tree == 1 else 25.5
        paper.rectangle(trunk - 0.7, 20, trunk + 0.7, 27, _TRUNK)
        paper.ellipse(trunk, 18, 3.2, 4.6, _TREE)
    _draw_house(paper, _WALLS[wall], _ROOFS[roof])
    paper.line(((28.7, 28.5), (28.7, 22)), 0.8, _POST)
    paper.rectangle(27.2, 19, 30.2, 22.4, _POST)
    paper.ellipse(28.7, 20.7, 1.5, 1.5, _LAMPS[lamp])
    place = _BIRDS[bird]
    if place:
        _draw_bird(paper, *place)
    return canvas.to_pixels(paper.picture() * (0.62 + 0.38 * light))


def _draw_house(paper: canvas.Canvas, wall, roof) -> None:
    paper.rectangle(18.6, 9, 21.2, 15, _CHIMNEY)
    paper.rectangle(7.5, 18, 22.5, 28, wall)
    paper.polygon(((5, 18.6), (9, 12.5), (21, 12.5), (25, 18.6)), roof)
    paper.rectangle(13, 22, 16.4, 28, _DOOR)
    for x in (9.2, 18.4):
        paper.rectangle(x, 20.5, x + 2.6, 23.4, _WINDOW)


def _draw_bird(paper: canvas.Canvas, x: float, y: float) -> None:
    """Draws a body that stands at (x, y), a head and a tail."""
    paper.ellipse(x, y - 0.4, 1.5, 1.1, _BIRD_COLOUR)
    paper.ellipse(x + 1.1, y - 1.5, 0.8, 0.8, _BIRD_COLOUR)
    paper.line(((x - 1, y - 0.6), (x - 2.2, y - 1.4)), 0.7, _BIRD_COLOUR)
