"""Tests of stylex_tf.cli.stylex: the one command of an installed StylEx."""

import ast
import contextlib
import importlib.util
import io
import os
import subprocess
import sys
import types
from unittest import mock

from absl.testing import absltest

from stylex_tf.cli import stylex


class StylexTest(absltest.TestCase):
    def _run(self, *words):
        """The exit code, and what is printed to stdout and stderr."""
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch.object(sys, "argv", ["stylex"]),
            self.assertRaises(SystemExit) as caught,
        ):
            stylex.main(["stylex", *words])
        return caught.exception.code, out.getvalue(), err.getvalue()

    def test_lists_its_commands(self):
        for words in ((), ("--help",), ("help",)):
            code, out, _ = self._run(*words)
            self.assertEqual(code, 0)
            for name in ("explain", "demo", "train", "validate_export"):
                self.assertRegex(out, rf"\n  {name} +\w")

    def test_a_command_that_is_not_there(self):
        code, _, err = self._run("explian")

        self.assertEqual(code, 2)
        self.assertEqual(
            err,
            "error: no command 'explian'. Did you mean: stylex explain? "
            "`stylex` lists them\n",
        )

    def test_help_is_of_the_command_and_has_its_flags(self):
        finished = subprocess.run(
            [sys.executable, stylex.__file__, "explain", "--help"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
        )

        for text in ("stylex explain FOLDER", "--top_k:", "skip_unreadable"):
            self.assertIn(text, finished.stdout)
        # Nor those of absl.
        self.assertNotIn("pdb", finished.stdout)

    def test_a_mistake_in_a_flag_is_one_line(self):
        finished = subprocess.run(
            [sys.executable, stylex.__file__, "explain", "--modl=x"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
        )

        self.assertEqual(
            finished.stderr,
            "error: in the flags: Unknown command line flag 'modl'. Did you "
            "mean: model ?\n",
        )

    def test_help_shows_commands_as_they_are_installed(self):
        self.assertEqual(
            stylex.as_installed(
                "    bazel run //stylex_tf:train\n"
                "    ./bazelw run //stylex_tf:train -- --config=custom \\\n"
            ),
            "    stylex train\n    stylex train --config=custom \\\n",
        )
        for name in stylex.COMMANDS:
            spec = importlib.util.find_spec(f"stylex_tf.cli.{name}")
            text = ast.get_docstring(
                ast.parse(spec.loader.get_source(spec.name))
            )
            self.assertNotIn("bazel", stylex.as_installed(text), name)
            self.assertIn("stylex ", stylex.as_installed(text), name)

    def test_says_which_package_a_command_lacks_once_it_runs(self):
        for package, extra in (
            ("dicebear", r"\[train,tensorflow\]"),
            ("apache_beam.pipeline", r"\[train,beam\]"),
        ):
            lacking = types.SimpleNamespace(
                __doc__="Does something.",
                main=mock.Mock(
                    side_effect=ModuleNotFoundError("no", name=package)
                ),
            )
            with (
                mock.patch.object(
                    stylex.importlib, "import_module", return_value=lacking
                ),
                mock.patch.object(
                    stylex.command, "run", side_effect=lambda run: run([])
                ),
                mock.patch.object(stylex.training_needs, "find_configs"),
                mock.patch.object(sys, "argv", []),
                self.assertRaisesRegex(
                    SystemExit, f"stylex search needs {package}: .*{extra}"
                ),
            ):
                stylex.main(["stylex", "search"])

    def test_says_which_package_is_missing(self):
        missing = ModuleNotFoundError("no", name="ml_collections.config")
        with mock.patch.object(
            stylex.importlib, "import_module", side_effect=missing
        ):
            code, _, _ = self._run("train")

        self.assertRegex(
            code,
            r"needs ml_collections.config: "
            r"pip install '.\[train,tensorflow\]'",
        )

    def test_looking_lacks_no_more_than_it_needs(self):
        for name in ("explain", "demo"):
            for package, how in (
                ("tensorflow", "pip install tensorflow"),
                ("tqdm", "pip install . in a clone of StylEx"),
            ):
                missing = ModuleNotFoundError("no", name=package)
                with mock.patch.object(
                    stylex.importlib, "import_module", side_effect=missing
                ):
                    code, _, _ = self._run(name)

                self.assertEqual(
                    code, f"error: stylex {name} needs {package}: {how}"
                )

    def test_every_command_is_a_module_with_a_main(self):
        for name in stylex.COMMANDS:
            # Not imported: each defines its flags.
            spec = importlib.util.find_spec(f"stylex_tf.cli.{name}")
            self.assertIn("def main(argv", spec.loader.get_source(spec.name))


if __name__ == "__main__":
    absltest.main()
