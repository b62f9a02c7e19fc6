"""The page of `stylex demo`, as a process: a model, and no server."""

import json
import pathlib
import socket
import time
import urllib.error
import urllib.request

import gradio_client
from absl.testing import absltest

from stylex_tf.api import shipped
from tests.testing import processes

# As in tests/testing/processes.py: a busy machine is slow.
_TIMEOUT_SECONDS = 240
_MODEL = "faces_32"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class DemoTest(absltest.TestCase):
    def _start(self, *flags: str) -> processes.Process:
        folder = pathlib.Path(self.create_tempdir())
        # Not imported: each command defines flags, some of the same names.
        return processes.Process(
            self,
            "stylex_tf.cli.demo",
            flags,
            {"BUILD_WORKING_DIRECTORY": str(folder), "HOME": str(folder)},
        )

    def _config(self, running: processes.Process, address: str) -> dict:
        """What the page is made of, once it is there."""
        end = time.monotonic() + _TIMEOUT_SECONDS
        while time.monotonic() < end:
            self.assertFalse(running.ended(), "the page is gone")
            try:
                with urllib.request.urlopen(f"{address}/config") as answer:
                    return json.load(answer)
            except urllib.error.URLError:
                time.sleep(0.2)
        raise AssertionError(f"no page at {address}:\n{running.errors()}")

    def test_the_page_answers_in_one_process(self):
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        samples = shipped.samples(_MODEL)
        (with_glasses,) = (p for p in samples if p.name == "glasses.png")
        running = self._start(f"--port={port}", "--most_knobs=3")

        config = self._config(running, address)
        text = json.dumps(config)
        (image,) = (
            component["id"]
            for component in config["components"]
            if component["props"].get("elem_id") == "image"
        )
        (opens,) = (
            event["id"]
            for event in config["dependencies"]
            # The other one cancels what was asked before.
            if [image, "change"] in event["targets"] and event["outputs"]
        )
        client = gradio_client.Client(
            address, verbose=False, download_files=False
        )
        self.addCleanup(client.close)
        said = client.predict(
            gradio_client.handle_file(with_glasses), False, fn_index=opens
        )

        self.assertIn(f"{_MODEL}, version 1", text)
        self.assertLen(samples, 6)
        for sample in samples:
            self.assertIn(sample.name, text)
        for rank in (1, 2, 3):
            self.assertIn(f'"knob-{rank}"', text)
        self.assertNotIn('"knob-4"', text)
        # The first of what is shown: what the classifier says of the image.
        self.assertEqual(said[0]["label"], "glasses or open mouth")

    def test_mistakes_are_one_clear_error(self):
        folder = pathlib.Path(self.create_tempdir())
        (folder / "photo.heic").touch()
        runs = {
            self._start(flag): expected
            for flag, expected in (
                (
                    "--port=99999",
                    "flag --port=99999: 99999 is not an integer in the range "
                    "[1, 65535]",
                ),
                ("--port=0", "0 is not an integer in the range [1, 65535]"),
                ("--most_knobs=0", "0 is not a positive integer"),
                ("--model=https://a.b/m", "--model: https://a.b/m is an addr"),
                (
                    "--examples=nowhere",
                    "error: nowhere: no such folder; expected a folder of ima",
                ),
                (
                    f"--examples={folder}",
                    f"error: {folder}: 1 .heic, of which none is read as an im",
                ),
            )
        }
        for run, expected in runs.items():
            with self.subTest(expected):
                run.wait(expected=1)
                self.assertIn(expected, run.errors())
                self.assertStartsWith(run.errors(), "error: ")
                self.assertNotIn("Traceback", run.errors())


if __name__ == "__main__":
    absltest.main()
