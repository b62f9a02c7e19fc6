"""Tests of stylex_tf.run_folder."""

import errno
import json
import os
import pathlib
import signal
import subprocess
import sys
from unittest import mock

from absl.testing import absltest, parameterized

from stylex_tf import errors, run_folder

_HOLDER = """
import pathlib, sys, time
from stylex_tf import run_folder
with run_folder.RunFolder(pathlib.Path(sys.argv[1])).locked():
    print("locked", flush=True)
    time.sleep(600)
"""


class RunFolderTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir()) / "runs" / "one"
        self.folder = run_folder.RunFolder(self.root)

    # One process at a time.

    def test_a_folder_into_which_nothing_was_written_is_gone(self):
        with self.assertRaisesRegex(errors.UserError, "refused"):
            with self.folder.locked():
                self.assertTrue(self.root.exists())
                raise errors.UserError("refused")

        self.assertFalse(self.root.parent.exists())

    def test_a_folder_that_was_there_or_has_a_file_stays(self):
        self.root.mkdir(parents=True)
        with self.folder.locked():
            pass
        self.assertTrue(self.root.exists())

        other = run_folder.RunFolder(self.root.parent / "other")
        with other.locked():
            other.write_json("config.json", {})
        self.assertTrue((other.root / "config.json").exists())

    def _hold(self) -> subprocess.Popen:
        """Another process that has the folder until it is killed."""
        path = os.pathsep.join(filter(None, sys.path))
        holder = subprocess.Popen(
            [sys.executable, "-c", _HOLDER, str(self.root)],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(holder.stdout.close)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.kill)
        self.assertEqual(holder.stdout.readline(), "locked\n")
        return holder

    def test_a_second_process_is_refused_and_told_of_the_first(self):
        holder = self._hold()
        with self.assertRaisesRegex(
            errors.RunFolderError,
            f"runs/one is in use by process {holder.pid}; .*--run_dir",
        ):
            with self.folder.locked():
                self.fail("two processes in one folder")

    def test_a_full_disk_is_named_and_nothing_is_left(self):
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with mock.patch.object(os, "write", side_effect=full):
            with self.assertRaises(OSError) as caught:
                with self.folder.locked():
                    self.fail("a lock that could not be written")
        self.assertEqual(caught.exception.errno, errno.ENOSPC)
        self.assertEqual(caught.exception.filename, str(self.root / ".lock"))
        self.assertFalse(self.root.exists())

    def test_the_folder_of_a_killed_process_is_free(self):
        holder = self._hold()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with self.folder.locked():
            content = (self.root / ".lock").read_text()
        self.assertEqual(content, str(os.getpid()))

    def test_the_folder_is_free_after_use_and_after_an_error(self):
        with self.assertRaises(ZeroDivisionError):
            with self.folder.locked():
                raise ZeroDivisionError
        with self.folder.locked():
            pass

    def test_a_new_folder_is_made_with_those_above_it(self):
        with self.folder.locked():
            self.assertTrue(self.root.is_dir())

    # One config a folder.

    def _locked(self) -> run_folder.RunFolder:
        self.enter_context(self.folder.locked())
        return self.folder

    def test_a_check_alone_does_not_bind_the_folder(self):
        self._locked().check_config({"a": 1}, {})
        self.folder.check_config({"a": 2}, {})
        self.assertFalse((self.root / "config.json").exists())

    def test_the_first_config_is_kept(self):
        config = {"seed": 1, "data": {"classes": ("cat", "dog")}}
        self._locked().begin(config)
        written = json.loads((self.root / "config.json").read_text())
        self.assertEqual(written["data"]["classes"], ["cat", "dog"])
        # A tuple is a list in JSON, and no change.
        self.folder.check_config(config, {})

    def test_another_config_is_refused_with_the_fields_that_differ(self):
        begun = {"seed": 1, "loss": {"l1": 1.0, "r1": 10.0}, "name": "a"}
        self._locked().begin(begun)
        before = (self.root / "config.json").read_text()
        now = {"seed": 2, "loss": {"l1": 1.0, "r1": 5.0}, "name": "a"}
        with self.assertRaises(errors.RunFolderError) as caught:
            self.folder.check_config(now, {})
        message = str(caught.exception)
        self.assertIn(
            "Changed: loss.r1 was 10.0, is 5.0; seed was 1, is 2.", message
        )
        self.assertNotIn("l1", message)
        self.assertIn("--run_dir", message)
        self.assertEqual((self.root / "config.json").read_text(), before)

    @parameterized.parameters(b"", b'{"na', b"\xff\xfe", b"[]", b"3")
    def test_a_damaged_config_is_one_error(self, content):
        self._locked().begin({"a": 1})
        (self.root / "config.json").write_bytes(content)
        with self.assertRaisesRegex(
            errors.RunFolderError, "config.json is .*put a copy of it there"
        ):
            self.folder.check_config({"a": 1}, {})
        self.assertEqual((self.root / "config.json").read_bytes(), content)

    def test_what_comes_after_training_binds_nothing(self):
        later = ("attributes", "evaluation", "export")
        self._locked().begin({"a": 1} | {name: {"b": 1} for name in later})

        self.folder.check_config(
            {"a": 1} | {name: {"b": 2} for name in later}, {}
        )
        # As a run of a version that had none of it.
        self.folder.check_config({"a": 1}, {})

    def test_a_field_that_came_or_went_is_a_change(self):
        self._locked().begin({"a": 1})
        with self.assertRaisesRegex(
            errors.RunFolderError, "a was 1, is None; b was None, is 2"
        ):
            self.folder.check_config({"b": 2}, {})

    def test_a_run_of_an_earlier_version_goes_on(self):
        """What it did not choose, it did by default."""
        self._locked().begin({"loss": {"l1": 1.0}})
        defaults = {"seed": 0, "loss": {"l1": 9.0, "r1": 10.0}, "tpus": ()}
        chosen = {**defaults, "loss": {"l1": 1.0, "r1": 10.0}}
        self.folder.check_config(chosen, defaults)
        with self.assertRaisesRegex(
            errors.RunFolderError,
            "Changed: loss.r1 was 10.0, is 5.0; seed was 0, is 1. ",
        ):
            self.folder.check_config(
                {"seed": 1, "loss": {"l1": 1.0, "r1": 5.0}, "tpus": ()},
                defaults,
            )

    # Files.

    def test_json_is_replaced_whole_or_not_at_all(self):
        self._locked().write_json("figures.json", {"a": 1})
        with self.assertRaises(TypeError):
            self.folder.write_json("figures.json", {"a": object()})
        with mock.patch.object(pathlib.Path, "replace", side_effect=OSError):
            with self.assertRaises(OSError):
                self.folder.write_json("figures.json", {"a": 2})
        self.assertEqual(
            json.loads((self.root / "figures.json").read_text()), {"a": 1}
        )
        self.folder.write_json("figures.json", {"a": 3})
        self.assertEqual(
            json.loads((self.root / "figures.json").read_text()), {"a": 3}
        )

    def test_environment_names_machine_and_versions(self):
        self._locked().begin({})
        environment = json.loads((self.root / "environment.json").read_text())
        self.assertEqual(environment, run_folder.environment())
        self.assertEqual(environment["machine"]["cores"], os.cpu_count())
        self.assertEqual(
            environment["versions"]["python"], sys.version.split()[0]
        )
        self.assertRegex(environment["versions"]["tensorflow"], r"^\d+\.\d+")

    def test_a_package_that_is_not_there_has_no_version(self):
        with mock.patch.object(run_folder, "_PACKAGES", ("no such package",)):
            versions = run_folder.environment()["versions"]
        self.assertIsNone(versions["no such package"])

    def test_everything_has_a_place_in_the_folder(self):
        for path in (
            self.folder.checkpoints,
            self.folder.snapshots,
            self.folder.attributes,
            self.folder.report,
            self.folder.export,
            self.folder.classifier,
            self.folder.evaluation,
        ):
            self.assertTrue(path.is_relative_to(self.root))


if __name__ == "__main__":
    absltest.main()
