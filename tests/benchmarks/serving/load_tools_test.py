"""What the load tools print becomes figures; a failure becomes none."""

from absl.testing import absltest

from benchmarks.serving import h2load, k6, wrk


class LoadToolsTest(absltest.TestCase):
    def test_h2load(self):
        # Start and duration in microseconds: ten requests, one after another.
        log = "".join(f"{i * 1000}\t200\t1000\n" for i in range(10))

        measured = h2load.parse(log)

        self.assertEqual(measured.answers, 10)
        self.assertAlmostEqual(measured.p50, 0.001)
        self.assertAlmostEqual(measured.per_second, 1000)

    def test_h2load_whose_connection_broke(self):
        with self.assertRaisesRegex(RuntimeError, "1 requests"):
            h2load.parse("1000\t200\t1000\n2000\t-1\t5\n")

    def test_wrk(self):
        line = (
            '{"answers": 30, "duration": 2000000, "p50": 1500, "p95": 2500, '
            '"failed": %d}\n'
        )

        measured = wrk.parse("Running 2s test\n" + line % 0)

        self.assertEqual((measured.answers, measured.per_second), (30, 15))
        self.assertAlmostEqual(measured.p50, 0.0015)
        self.assertAlmostEqual(measured.p95, 0.0025)
        with self.assertRaisesRegex(RuntimeError, "2 requests failed"):
            wrk.parse(line % 2)

    def test_k6(self):
        metrics = {
            "checks": {"values": {"rate": 1, "passes": 30, "fails": 0}},
            "grpc_req_duration": {
                "values": {"med": 1.5, "p(95)": 2.5, "count": 30}
            },
            "iterations": {"values": {"count": 30, "rate": 15}},
        }

        measured = k6.parse(metrics)

        self.assertEqual((measured.answers, measured.per_second), (30, 15))
        self.assertAlmostEqual(measured.p50, 0.0015)
        self.assertAlmostEqual(measured.p95, 0.0025)
        metrics["checks"]["values"]["fails"] = 2
        with self.assertRaisesRegex(RuntimeError, "2 requests failed"):
            k6.parse(metrics)


if __name__ == "__main__":
    absltest.main()
