"""Chooses the numbers that networks compute with: float32, or bfloat16."""

import pathlib

import tensorflow as tf

from stylex_tf.training import precision_kind


def resolve(precision: str, *, cpuinfo: str | None = None) -> tuple[str, str]:
    """Returns a Keras policy and, in words, why it was chosen.

    Args:
        precision: a Keras policy, or "auto".
        cpuinfo: text of /proc/cpuinfo; None reads it.
    """
    if precision != precision_kind.Precision.AUTO:
        return precision, "as configured"
    if tf.config.list_logical_devices("TPU"):
        return "mixed_bfloat16", "TPU"
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        capability = details.get("compute_capability", (0, 0))
        name = details.get("device_name", "GPU")
        if capability >= (8, 0):
            return "mixed_bfloat16", f"{name} has fast bfloat16"
        return "float32", f"{name} has no fast bfloat16"
    if cpuinfo is None:
        path = pathlib.Path("/proc/cpuinfo")
        cpuinfo = path.read_text() if path.exists() else ""
    # avx512_bf16 alone does not help: measured slower than float32.
    if "amx_bf16" in cpuinfo:
        return "mixed_bfloat16", "the processor has AMX bfloat16"
    return "float32", "the processor has no AMX bfloat16"
