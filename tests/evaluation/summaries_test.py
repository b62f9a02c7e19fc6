"""Tests of the figures in TensorBoard."""

import pathlib

import tensorflow as tf
from absl.testing import absltest
from tensorboard.backend.event_processing import event_accumulator

from stylex_tf.evaluation import row_list, summaries
from tests.evaluation import evaluation_samples


class SummariesTest(absltest.TestCase):
    def test_every_line_is_a_scalar(self):
        directory = pathlib.Path(self.create_tempdir())
        evaluation = evaluation_samples.whole()

        summaries.write(evaluation, directory, step=7)

        log = event_accumulator.EventAccumulator(str(directory))
        log.Reload()
        tags = log.Tags()["tensors"]
        lines = [
            line for group in row_list.fill(evaluation) for line in group.lines
        ]
        self.assertLen(tags, len(lines))
        (event,) = log.Tensors("Classifier/accuracy")
        self.assertEqual(event.step, 7)
        self.assertAlmostEqual(
            float(tf.make_ndarray(event.tensor_proto)), 0.987, places=6
        )
        self.assertIn("Reconstructions/factor agreement/open mouth", tags)


if __name__ == "__main__":
    absltest.main()
