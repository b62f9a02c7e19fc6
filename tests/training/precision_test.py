"""Tests of stylex_tf.training.precision."""

from unittest import mock

import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.training import precision

_AMX = "model name : Xeon\nflags : fpu avx512f avx512_bf16 amx_bf16 amx_tile\n"
_AVX = "model name : EPYC\nflags : fpu avx2 avx512f avx512_bf16\n"


class PrecisionTest(parameterized.TestCase):
    @parameterized.parameters("float32", "mixed_bfloat16", "mixed_float16")
    def test_what_is_configured_is_taken(self, policy):
        self.assertEqual(
            precision.resolve(policy, cpuinfo=_AMX), (policy, "as configured")
        )

    @parameterized.named_parameters(
        ("amx", _AMX, "mixed_bfloat16", "has AMX bfloat16"),
        ("bfloat16_without_amx", _AVX, "float32", "no AMX"),
        ("nothing_known", "", "float32", "no AMX"),
    )
    def test_auto_reads_the_processor(self, cpuinfo, policy, why):
        chosen, said = precision.resolve("auto", cpuinfo=cpuinfo)
        self.assertEqual(chosen, policy)
        self.assertIn(why, said)

    @parameterized.named_parameters(
        ("ampere", (8, 0), "mixed_bfloat16", "has fast bfloat16"),
        ("turing", (7, 5), "float32", "has no fast bfloat16"),
    )
    def test_auto_reads_the_gpu_first(self, capability, policy, why):
        details = {"device_name": "A GPU", "compute_capability": capability}
        with (
            mock.patch.object(
                tf.config, "list_physical_devices", return_value=["gpu"]
            ),
            mock.patch.object(
                tf.config.experimental,
                "get_device_details",
                return_value=details,
            ),
        ):
            chosen, said = precision.resolve("auto", cpuinfo=_AMX)
        self.assertEqual(chosen, policy)
        self.assertEqual(said, f"A GPU {why}")

    def test_auto_takes_bfloat16_on_a_tpu(self):
        with mock.patch.object(
            tf.config, "list_logical_devices", return_value=["tpu"]
        ):
            self.assertEqual(
                precision.resolve("auto", cpuinfo=""), ("mixed_bfloat16", "TPU")
            )

    def test_auto_without_proc_is_float32(self):
        with mock.patch.object(precision.pathlib.Path, "exists") as exists:
            exists.return_value = False
            self.assertEqual(precision.resolve("auto")[0], "float32")


if __name__ == "__main__":
    absltest.main()
