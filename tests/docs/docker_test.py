"""What docker/train.Dockerfile copies is there, and trains.

No image is built: the folders are put where its command finds them.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

from absl.testing import absltest

_ROOT = pathlib.Path(__file__).absolute().parents[2]
_FILE = _ROOT / "docker" / "train.Dockerfile"


def _instructions(name: str) -> list[str]:
    text = re.sub(r"\\\n", "", _FILE.read_text())
    return re.findall(rf"^{name} (.*)$", text, re.MULTILINE)


class DockerTest(absltest.TestCase):
    def test_every_file_that_is_copied_is_sent_to_the_builder(self):
        ignore = _FILE.with_name(f"{_FILE.name}.dockerignore").read_text()
        sent = {
            line.removeprefix("!")
            for line in ignore.splitlines()
            if line.startswith("!")
        }
        (lock,) = _instructions("ARG")
        copied = {
            line.split()[0].replace("${LOCK}", lock.removeprefix("LOCK="))
            for line in _instructions("COPY")
        }
        self.assertContainsSubset(copied, sent)
        for name in sent:
            self.assertTrue((_ROOT / name).exists(), name)

    def test_its_command_needs_nothing_but_what_is_copied(self):
        image = pathlib.Path(self.create_tempdir())
        for line in _instructions("COPY"):
            source, target = line.split()
            if (_ROOT / source).is_dir():
                (image / target).symlink_to(_ROOT / source)
        (entry,) = _instructions("ENTRYPOINT")
        python, *command = json.loads(entry)
        self.assertEqual(python, "python")

        finished = subprocess.run(
            [
                *(sys.executable, *command),
                "--config=configs/quickstart.py",
                f"--run_dir={image / 'runs'}",
                "--dry_run",
            ],
            cwd=image,
            env={
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PYTHON", "BUILD_"))
            }
            # Bazel's sandbox lets nobody write into the real one, where the
            # images would be cached.
            | {"HOME": str(image)},
            capture_output=True,
            text=True,
        )

        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertIn("Nothing was written", finished.stdout)


if __name__ == "__main__":
    absltest.main()
