"""Tests of stylex_tf.data.worlds.avatars, and of the styles that it draws."""

import dataclasses

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.data.worlds import avataaars, avatars, pixel_art, toon_head

_STYLES = {
    style.name: style
    for style in (toon_head.STYLE, avataaars.STYLE, pixel_art.STYLE)
}
_FACTORS = [
    (name, factor.name)
    for name, style in _STYLES.items()
    for factor in style.factors
]


def _render(name: str, resolution: int = 64, **values: str) -> np.ndarray:
    """The first value of every factor but of those given."""
    style = _STYLES[name]
    indices = [
        factor.values.index(values.get(factor.name, factor.values[0]))
        for factor in style.factors
    ]
    return style.render(indices, resolution)


def _changed(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pixels that a person sees change, bool [R, R]."""
    return np.abs(first.astype(int) - second.astype(int)).sum(axis=-1) > 40


class AvatarsTest(parameterized.TestCase):
    @parameterized.parameters(*_STYLES)
    def test_is_a_function_of_the_factors(self, name):
        image = _render(name)
        self.assertEqual(image.shape, (64, 64, 3))
        self.assertEqual(image.dtype, np.uint8)
        np.testing.assert_array_equal(image, _render(name))

    @parameterized.parameters(*_FACTORS)
    def test_every_value_looks_different(self, name, factor):
        values = list(_STYLES[name].looks[factor])
        images = {_render(name, **{factor: v}).tobytes() for v in values}
        self.assertLen(images, len(values))

    @parameterized.parameters(*_STYLES)
    def test_probabilities_are_one_a_value(self, name):
        style = _STYLES[name]
        for factor, p in zip(style.factors, style.probabilities, strict=True):
            if p is not None:
                self.assertLen(p, len(factor.values), factor.name)
                self.assertAlmostEqual(sum(p), 1.0)

    @parameterized.parameters(*_STYLES)
    def test_a_cause_with_another_holds_for_about_half(self, name):
        """The rule that the config plants: any of the two."""
        causes = {
            "avatars": (("beard", "yes"), ("mouth", "laugh")),
            "avataaars": (("glasses", ""), ("facial_hair", "")),
            "pixel_art": (("glasses", ""), ("mouth", "smile")),
        }[name]
        style = _STYLES[name]
        names = list(style.looks)
        missing = 1.0
        for factor, value in causes:
            p = style.probabilities[names.index(factor)]
            first = list(style.looks[factor]).index(value) if value else None
            missing *= p[0] if first is None else 1 - p[first]
        self.assertAlmostEqual(1 - missing, 0.5, delta=0.02)

    @parameterized.named_parameters(
        ("no_such_variant", {"mouthVariant": "noSuch"}, "mouthVariant"),
        # How often a beard is there is left to DiceBear, which draws none.
        ("left_to_chance", {"beardVariant": "longBeard"}, "None; asked for 'l"),
    )
    def test_a_picture_of_something_else_is_refused(self, look, message):
        style = dataclasses.replace(
            toon_head.STYLE, looks={"mouth": {"wrong": look}}
        )
        with self.assertRaisesRegex(RuntimeError, f"drew .*{message}"):
            style.render([0], 64)

    def test_the_version_names_the_packages(self):
        self.assertRegex(
            toon_head.STYLE.version, "^avatars 2, dicebear-core 1.*resvg-py"
        )
        versions = {style.version for style in _STYLES.values()}
        self.assertLen(versions, len(_STYLES))


class ToonHeadTest(absltest.TestCase):
    def test_a_beard_shows_on_every_skin_with_every_hair(self):
        looks = toon_head.STYLE.looks
        for hair in looks["hair_colour"]:
            for skin in looks["skin"]:
                rest = {"mouth": "smile", "hair_colour": hair, "skin": skin}
                without, beard = (
                    _render("avatars", beard=value, **rest)
                    for value in ("no", "yes")
                )
                changed = _changed(without, beard)
                self.assertGreater(changed.sum(), 200, (hair, skin))
                # Eyes and brows stay.
                self.assertFalse(changed[:30].any())


class AvataaarsTest(absltest.TestCase):
    def test_facial_hair_shows_on_every_skin_with_every_hair(self):
        looks = avataaars.STYLE.looks
        for hair in looks["hair_colour"]:
            for skin in looks["skin"]:
                rest = {"hair_colour": hair, "skin": skin}
                without, *others = (
                    _render("avataaars", facial_hair=value, **rest)
                    for value in looks["facial_hair"]
                )
                for other in others:
                    changed = _changed(without, other)
                    self.assertGreater(changed.sum(), 40, (hair, skin))
                    # Eyes and glasses stay.
                    self.assertFalse(changed[12:30, 20:44].any())

    def test_the_mouth_shows_through_every_facial_hair(self):
        looks = avataaars.STYLE.looks
        for facial_hair in looks["facial_hair"]:
            images = {
                _render(
                    "avataaars", facial_hair=facial_hair, mouth=mouth
                ).tobytes()
                for mouth in looks["mouth"]
            }
            self.assertLen(images, len(looks["mouth"]), facial_hair)


class PixelArtTest(absltest.TestCase):
    def test_every_edge_is_sharp_at_32_pixels(self):
        """No pixel is a blend: as many colours as in a large picture."""
        few, many = (
            np.unique(
                _render("pixel_art", size, glasses="clear").reshape(-1, 3),
                axis=0,
            )
            for size in (32, 128)
        )
        np.testing.assert_array_equal(few, many)

    def test_the_causes_show_with_every_colour(self):
        looks = pixel_art.STYLE.looks
        for hair in looks["hair_colour"]:
            for skin in looks["skin"]:
                rest = {"hair_colour": hair, "skin": skin}
                plain = _render("pixel_art", 32, **rest)
                for cause in ({"glasses": "clear"}, {"mouth": "smile"}):
                    other = _render("pixel_art", 32, **rest, **cause)
                    self.assertGreater(_changed(plain, other).sum(), 20)


class OptionsTest(absltest.TestCase):
    def test_a_part_that_can_be_missing(self):
        self.assertEqual(
            avatars.optional("hat", {"yes": "cap"}),
            {
                "no": {"hatProbability": 0},
                "yes": {"hatProbability": 100, "hatVariant": "cap"},
            },
        )

    def test_parts_that_share_a_colour(self):
        self.assertEqual(
            avatars.colours({"red": "#ff0000"}, "hair", "beard"),
            {"red": {"hairColor": ["#ff0000"], "beardColor": ["#ff0000"]}},
        )


if __name__ == "__main__":
    absltest.main()
