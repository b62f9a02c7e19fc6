"""Writes the one table as scalars of TensorBoard."""

import os

import tensorflow as tf

from stylex_tf.evaluation import record, row_list


def write(
    evaluation: record.Evaluation,
    directory: str | os.PathLike[str],
    *,
    step: int,
) -> None:
    """Writes every figure that was measured, one scalar a line of the table.

    Args:
        evaluation: the figures.
        directory: TensorBoard's, of the run.
        step: the step of the training that was evaluated.
    """
    writer = tf.summary.create_file_writer(os.fspath(directory))
    with writer.as_default(step=step):
        for group in row_list.fill(evaluation):
            for line in group.lines:
                if line.figure is not None:
                    inner = f"{line.row.name}/" if line.inner else ""
                    tf.summary.scalar(
                        f"{group.title}/{inner}{line.name}", line.figure.value
                    )
    writer.close()
