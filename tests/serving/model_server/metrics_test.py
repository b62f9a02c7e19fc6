from absl.testing import absltest, parameterized
from prometheus_client import parser

from serving.model_server import errors, metrics


class MetricsTest(absltest.TestCase):
    def test_has_the_names_that_dashboards_know(self):
        numbers = metrics.Metrics()
        numbers.request_count.labels("a", "OK").inc()
        latency = numbers.request_latency.labels("a", "predict", "GRPC")
        with metrics.microseconds(latency):
            pass

        text = numbers.text().decode()

        self.assertIn(
            ':tensorflow:serving:request_count{model_name="a",status="OK"} 1.0',
            text,
        )
        self.assertIn("# TYPE :tensorflow:serving:request_count counter", text)
        self.assertIn(
            ':tensorflow:serving:request_latency_count{API="predict",'
            'entrypoint="GRPC",model_name="a"} 1.0',
            text,
        )
        # And Prometheus can read them.
        self.assertIn(
            ":tensorflow:serving:request_latency",
            [
                family.name
                for family in parser.text_string_to_metric_families(text)
            ],
        )

    def test_counts_also_what_raises(self):
        numbers = metrics.Metrics()
        latency = numbers.runtime_latency.labels("a", "Predict", "TF1")

        with (
            self.assertRaises(ZeroDivisionError),
            metrics.microseconds(latency),
        ):
            _ = 1 / 0

        self.assertIn(
            ':tensorflow:serving:runtime_latency_count{API="Predict",'
            'model_name="a",runtime="TF1"} 1.0',
            numbers.text().decode(),
        )


class PathTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("off", "", None),
        ("off_with_path", 'prometheus_config { path: "/a" }', None),
        (
            "on",
            "prometheus_config { enable: true }",
            "/monitoring/prometheus/metrics",
        ),
        (
            "elsewhere",
            'prometheus_config { enable: true path: "/a" }',
            "/a",
        ),
    )
    def test_reads(self, text, expected):
        file = self.create_tempfile(content=text).full_path

        self.assertEqual(metrics.read_path(file), expected)

    def test_names_the_field_that_is_not_known(self):
        file = self.create_tempfile(content="prometheus { }").full_path

        with self.assertRaisesRegex(errors.ConfigError, "prometheus"):
            metrics.read_path(file)


if __name__ == "__main__":
    absltest.main()
