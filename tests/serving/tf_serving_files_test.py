"""The files for the real server are what its messages, and ours, can read."""

import json
import pathlib
import re
import subprocess

import yaml
from absl import flags
from absl.testing import absltest

# Whose flags are the real server's.
from serving import server
from serving.model_server import (
    batching,
    metrics,
    model_config,
    text_protos,
    tls,
    versions,
)

_FOLDER = pathlib.Path(server.__file__).parent / "tf_serving"
# Flags of the real server alone.
_REAL_ONLY = {"enable_grpc_healthcheck_service"}


def path(name: str) -> str:
    return str(_FOLDER / name)


class TfServingFilesTest(absltest.TestCase):
    def test_models(self):
        (model,) = model_config.read(path("models.config"))

        self.assertEqual(model.name, "stylex")
        self.assertEqual(model.base_path, "/models/stylex")
        self.assertEqual(model.policy, versions.VersionPolicy(latest=2))
        # At a start no version is loaded that a label could point to.
        self.assertEmpty(model.labels)

    def test_the_labels_that_are_commented_out(self):
        text = pathlib.Path(path("models.config")).read_text(encoding="utf-8")
        text = text.replace("# version_labels", "version_labels")
        file = self.create_tempfile(content=text).full_path

        (model,) = model_config.read(file)

        self.assertEqual(model.labels, {"stable": 1, "canary": 2})

    def test_batching(self):
        parameters = batching.BatchingParameters.read(
            path("batching_parameters.txt")
        )

        self.assertEqual(parameters.allowed_batch_sizes, (1, 4, 16))

    def test_monitoring(self):
        self.assertEqual(
            metrics.read_path(path("monitoring.config")),
            "/monitoring/prometheus/metrics",
        )

    def test_tls(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        subprocess.run(
            [path("make_tls_example.sh"), str(folder)],
            check=True,
            capture_output=True,
        )
        file = folder / "ssl.config"

        config = text_protos.read(file, text_protos.SSLConfig)

        # The texts come back as they are in the files.
        self.assertEqual(config.server_key, (folder / "server.key").read_text())
        self.assertEqual(config.custom_ca, (folder / "ca.crt").read_text())
        self.assertTrue(config.client_verify)
        self.assertEqual(file.stat().st_mode & 0o077, 0)
        tls.server_credentials(str(file))

    def test_both_deployments_start_one_image_of_one_version(self):
        compose, *kubernetes = self.documents()
        images = {
            compose["services"]["tensorflow-serving"]["image"],
            kubernetes[0]["spec"]["template"]["spec"]["containers"][0]["image"],
        }

        (image,) = images
        self.assertRegex(image, r"^tensorflow/serving:\d+\.\d+\.\d+$")

    def test_their_flags_are_flags(self):
        compose, *kubernetes = self.documents()
        container = kubernetes[0]["spec"]["template"]["spec"]["containers"][0]
        arguments = (
            compose["services"]["tensorflow-serving"]["command"]
            + container["args"]
        )

        for argument in arguments:
            name = re.fullmatch(r"--(\w+)=.+", argument).group(1)
            if name not in _REAL_ONLY:
                self.assertIn(name, flags.FLAGS)
            file = re.fullmatch(r"--\w+=/config/(.+)", argument)
            if file:
                self.assertTrue((_FOLDER / file.group(1)).is_file(), argument)

    def test_kubernetes_objects_belong_together(self):
        _, deployment, service, network, disruption = self.documents()
        labels = {"app": "stylex-serving"}
        pod = deployment["spec"]["template"]

        self.assertEqual(pod["metadata"]["labels"], labels)
        self.assertEqual(service["spec"]["selector"], labels)
        for other in (deployment, disruption):
            self.assertEqual(other["spec"]["selector"]["matchLabels"], labels)
        self.assertEqual(network["spec"]["podSelector"]["matchLabels"], labels)
        (container,) = pod["spec"]["containers"]
        ports = {port["name"] for port in container["ports"]}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            (action,) = (
                v for k, v in container[probe].items() if isinstance(v, dict)
            )
            self.assertIn(action["port"], ports)
        # The sleep and the end fit into the time that a pod is given.
        sleep = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
        self.assertLess(sleep, pod["spec"]["terminationGracePeriodSeconds"])

    def documents(self):
        """The compose file, then the objects for Kubernetes."""
        documents = []
        for name in ("docker-compose.yml", "kubernetes.yaml"):
            text = pathlib.Path(path(name)).read_text(encoding="utf-8")
            documents += yaml.safe_load_all(text)
        # Nothing but what JSON has, so no date that a colon has made.
        json.dumps(documents)
        return documents


if __name__ == "__main__":
    absltest.main()
