"""Asks over REST by wrk, of Debian's package of that name."""

import json
import pathlib
import shutil
import subprocess
import tempfile

from benchmarks.serving import child_server, figures, sample_requests

MISSING = "wrk is not installed: apt-get install wrk"
# wrk prints no 95th percentile; microseconds.
_SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("BODY", "rb")
wrk.body = file:read("*a")
file:close()
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"answers": %d, "duration": %d, "p50": %d, "p95": %d, "failed": %d}\\n',
    summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(95), errors.connect + errors.read + errors.write
      + errors.status + errors.timeout))
end
"""


def installed() -> bool:
    """Tells whether wrk is installed."""
    return shutil.which("wrk") is not None


def run(
    server: child_server.ChildServer,
    request: sample_requests.Request,
    *,
    clients: int,
    seconds: float,
) -> figures.Figures:
    """Posts a request again and again.

    Args:
        server: whom to ask.
        request: what to ask.
        clients: connections.
        seconds: for how long, in whole ones; what has not been answered then
            does not count.

    Raises:
        RuntimeError: it fails, or a request does.
    """
    with tempfile.TemporaryDirectory() as folder:
        body = pathlib.Path(folder, "body")
        body.write_bytes(request.rest_body())
        script = pathlib.Path(folder, "script.lua")
        script.write_text(_SCRIPT.replace("BODY", str(body)))
        url = (
            f"http://127.0.0.1:{server.rest_port}/v1/models/"
            f"{sample_requests.MODEL}:predict"
        )
        done = subprocess.run(
            [
                *("wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s"),
                *("--timeout", "60s", "-s", str(script), url),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"wrk failed: {done.stdout}{done.stderr}")
    return parse(done.stdout)


def parse(output: str) -> figures.Figures:
    """Returns the figures of what the script prints last.

    Raises:
        RuntimeError: requests failed.
    """
    summary = json.loads(output.splitlines()[-1])
    if summary["failed"]:
        raise RuntimeError(f"wrk: {summary['failed']} requests failed")
    return figures.Figures(
        answers=summary["answers"],
        p50=summary["p50"] / 1e6,
        p95=summary["p95"] / 1e6,
        per_second=summary["answers"] / (summary["duration"] / 1e6),
    )
