"""The page of 200 classes: whole, and small enough to be mailed."""

import pathlib

import numpy as np
from absl.testing import absltest
from PIL import Image

from stylex_tf.report import findings, layout, page
from tests.report import report_samples

_CLASSES = 200
_ATTRIBUTES = 8


def _pictures(rng: np.random.Generator, count: int, side: int) -> np.ndarray:
    """Smooth pictures with a little grain, as a generator draws them."""
    blurred = [
        Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC)
        for small in rng.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    ]
    grain = rng.normal(0.0, 6.0, (count, side, side, 3))
    return np.clip(np.stack(blurred) + grain, 0, 255).astype(np.uint8)


def _class_findings(
    rng: np.random.Generator, index: int, side: int, examples: int
):
    p = rng.dirichlet(np.ones(_CLASSES), examples)
    return findings.ClassFindings(
        class_index=index,
        class_name=f"species {index:03d}",
        images=240,
        attributes=tuple(
            findings.AttributeView(
                rank=rank,
                coordinate=rank,
                layer="16x16/conv0",
                channel=rank,
                direction=findings.TOWARDS_MAXIMUM,
                mean_effect=1.0 / rank,
                share_flipped=0.1,
                sources=_pictures(rng, examples, side),
                edited=_pictures(rng, examples, side),
                probabilities_before=p,
                probabilities_after=p[::-1],
                image_ids=tuple(f"test/{n}" for n in range(examples)),
            )
            for rank in range(1, _ATTRIBUTES + 1)
        ),
    )


class ManyClassesTest(absltest.TestCase):
    def test_every_class_is_on_a_page_that_can_be_mailed(self):
        side = 32
        plan = layout.plan(_CLASSES * _ATTRIBUTES, side)
        self.assertEqual(plan.places, 0)
        rng = np.random.default_rng(0)
        classes = tuple(
            _class_findings(rng, index, side, plan.examples)
            for index in range(_CLASSES)
        )
        p = rng.dirichlet(np.ones(_CLASSES), 2)
        images = _pictures(rng, 2, side)
        data = report_samples.report_data(
            findings=findings.Findings(
                class_names=tuple(shown.class_name for shown in classes),
                classes=classes,
            ),
            reconstructions=page.Reconstructions(
                images=images,
                reconstructions=images,
                probabilities_images=p,
                probabilities_reconstructions=p,
                image_ids=("test/1", "test/2"),
            ),
            layout_note=plan.note,
            demonstrations={},
        )
        path = pathlib.Path(self.create_tempdir()) / "index.html"
        page.write_report(path, data)
        self.assertLessEqual(path.stat().st_size, page.MAX_BYTES)
        text = path.read_text()
        for shown in classes:
            self.assertIn(shown.class_name, text)
        self.assertIn(plan.note, text)


if __name__ == "__main__":
    absltest.main()
