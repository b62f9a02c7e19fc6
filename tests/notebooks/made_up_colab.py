"""Stands in for Colab's machine: the test copies it to be `sitecustomize`.

Python imports that before anything else. `drive.mount` makes a folder, and
`files.upload` gives the zip that STYLEX_TEST_UPLOAD names, or fails where it
names none. With STYLEX_TEST_DISCONNECT the training ends as it would if the
machine were taken away: killed, while it writes the picture of that name.
"""

import os
import pathlib
import shutil
import signal
import sys
import types

_COLAB = "google.colab"


def _mount(folder: str) -> None:
    (pathlib.Path(folder) / "MyDrive").mkdir(parents=True, exist_ok=True)


def _upload() -> dict[str, bytes]:
    zipped = pathlib.Path(os.environ["STYLEX_TEST_UPLOAD"])
    # Colab's lies in the working folder, too.
    shutil.copy(zipped, zipped.name)
    return {zipped.name: zipped.read_bytes()}


def _kill_at(event: str, arguments: tuple) -> None:
    if event == "os.rename":
        name = pathlib.Path(os.fsdecode(arguments[1])).name
        if name == os.environ["STYLEX_TEST_DISCONNECT"]:
            os.kill(os.getpid(), signal.SIGKILL)


def _install() -> None:
    colab = types.ModuleType(_COLAB)
    colab.drive = types.SimpleNamespace(mount=_mount)
    colab.files = types.SimpleNamespace(upload=_upload)
    sys.modules[_COLAB] = colab
    if os.environ.get("STYLEX_TEST_DISCONNECT"):
        sys.addaudithook(_kill_at)


_install()
