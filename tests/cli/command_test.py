"""Tests of stylex_tf.cli.command: what surrounds every command."""

import errno
import logging
import os
import pathlib
from unittest import mock

import tensorflow as tf
from absl import app, flags
from absl import logging as absl_logging
from absl.testing import absltest, parameterized

from stylex_tf import config, errors
from stylex_tf.cli import command, config_flag


class CommandTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(os.chdir, os.getcwd())

    def _run(self, main, *arguments: str) -> object:
        """Runs a command to its end and returns what it ends with."""
        argv = mock.patch("sys.argv", ["command", *arguments])
        with argv, self.assertRaises(SystemExit) as caught:
            command.run(main)
        return caught.exception.code

    def test_a_command_that_succeeds(self):
        seen = []
        self.assertIsNone(self._run(seen.append))
        self.assertEqual(seen, [["command"]])

    def test_runs_where_the_user_is_and_not_where_bazel_is(self):
        folder = pathlib.Path(self.create_tempdir()).resolve()
        seen = []
        with mock.patch.dict(
            os.environ, {"BUILD_WORKING_DIRECTORY": str(folder)}
        ):
            self._run(lambda argv: seen.append(pathlib.Path.cwd()))
        self.assertEqual(seen, [folder])

    def test_without_bazel_it_stays_where_it_is(self):
        seen = []
        with mock.patch.dict(os.environ):
            os.environ.pop("BUILD_WORKING_DIRECTORY", None)
            self._run(lambda argv: seen.append(os.getcwd()))
        self.assertEqual(seen, [os.getcwd()])

    @parameterized.parameters(
        errors.UserError,
        errors.ConfigError,
        errors.ExistsError,
        errors.DivergedError,
    )
    def test_a_mistake_of_the_user_is_one_line(self, kind):
        def main(argv):
            raise kind("seed is -1;\n  expected 0 or more")

        # What sys.exit is given as text goes to stderr; the exit code is 1.
        self.assertEqual(
            self._run(main), "error: seed is -1; expected 0 or more"
        )

    def test_a_flag_that_is_missing_is_one_line(self):
        def main(argv):
            raise app.UsageError("--run_dir is needed")

        self.assertEqual(
            self._run(main),
            "error: --run_dir is needed; command --help lists the flags",
        )

    def test_a_disk_that_is_full_is_one_line(self):
        def main(argv):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "run/x")

        self.assertEqual(
            self._run(main), "error: run/x: No space left on device"
        )

    @parameterized.parameters(
        (tf.errors.ResourceExhaustedError, errno.ENOSPC),
        (tf.errors.FailedPreconditionError, errno.EROFS),
        (tf.errors.PermissionDeniedError, errno.EACCES),
    )
    def test_what_tensorflow_says_of_a_disk_is_one_line(self, kind, code):
        def main(argv):
            raise kind(None, None, f"run/x; {os.strerror(code)}")

        self.assertEqual(self._run(main), f"error: run/x: {os.strerror(code)}")

    def test_a_file_that_tensorflow_cannot_write_is_one_line(self):
        # A device that is always full.
        def main(argv):
            with tf.io.TFRecordWriter("/dev/full") as writer:
                writer.write(b"x" * 300_000)

        self.assertEqual(
            self._run(main), "error: /dev/full: No space left on device"
        )

    def test_another_error_of_tensorflow_keeps_its_traceback(self):
        def main(argv):
            raise tf.errors.ResourceExhaustedError(None, None, "OOM: 3 GB")

        with mock.patch("sys.argv", ["command"]):
            with self.assertRaises(tf.errors.ResourceExhaustedError):
                command.run(main)

    def test_a_path_that_nothing_can_have_is_one_line(self):
        folder = pathlib.Path(self.create_tempdir())
        (folder / "file").touch()
        (folder / "loop").symlink_to(folder / "loop")
        for name, said in (
            ("file", "File exists"),
            ("file/run", "Not a directory"),
            ("loop/run", "Too many levels of symbolic links"),
            ("a" * 300, "File name too long"),
        ):
            path = folder / name
            told = self._run(
                lambda argv, path=path: path.mkdir(parents=True, exist_ok=True)
            )
            self.assertEqual(told, f"error: {path}: {said}")

    def test_another_error_of_the_system_keeps_its_traceback(self):
        def main(argv):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        with mock.patch("sys.argv", ["command"]):
            with self.assertRaises(OSError):
                command.run(main)

    def test_control_c_ends_with_the_code_that_shells_know(self):
        def main(argv):
            raise KeyboardInterrupt

        self.assertEqual(self._run(main), 130)

    def test_a_mistake_of_ours_keeps_its_traceback(self):
        def main(argv):
            raise KeyError("ours")

        with mock.patch("sys.argv", ["command"]):
            with self.assertRaises(KeyError):
                command.run(main)

    @parameterized.parameters(
        ("--config.training.lerning_rate=1", "training.learning_rate"),
        ("--config.trainin.batch_size=8", "training.batch_size"),
        ("--noconfig.data.balancd", "data.balanced"),
    )
    def test_a_mistyped_field_gets_the_one_that_was_meant(self, flag, meant):
        said = config_flag.explain(KeyError("what"), ["train", flag])
        name = flag.partition("config.")[2].partition("=")[0]
        self.assertEqual(
            said,
            f"the config has no field {name}. Did you mean: --config.{meant} ?",
        )

    def test_names_with_commas_between_them_are_several(self):
        experiment = config.ExperimentConfig()
        experiment.data.classes = ("cat, dog",)
        experiment.data.causes = ("glasses",)
        config_flag.split_lists(experiment)
        self.assertEqual(experiment.data.classes, ("cat", "dog"))
        self.assertEqual(experiment.data.causes, ("glasses",))

    @parameterized.parameters(
        ((0, 1), ("0", "1")),
        ((7,), ("7",)),
        (("cat, dog,",), ("cat", "dog")),
        (("",), ()),
        (("cat", "dog, small"), ("cat", "dog, small")),
    )
    def test_what_a_list_is_read_as_are_names(self, read, names):
        settings = config.ExperimentConfig()
        settings.data.classes = read
        config_flag.split_lists(settings)
        self.assertEqual(settings.data.classes, names)

    def test_a_home_folder_that_nobody_knows_is_one_line(self):
        def main(argv):
            raise RuntimeError("Could not determine home directory.")

        said = self._run(main)
        self.assertStartsWith(said, "error: ")
        self.assertIn("HOME", said)

    def test_a_field_that_is_like_none_gets_no_guess(self):
        said = config_flag.explain(KeyError("what"), ["--config.xyz=1"])
        self.assertEqual(said, "the config has no field xyz.")
        self.assertEqual(
            config_flag.explain(OSError("no config"), ["--config=x.py"]),
            "no config",
        )

    @parameterized.parameters(
        ("--of_images=2.5", "expected a whole number"),
        ("--of_images=many", "expected a whole number"),
        ("--of_share=x", "expected a number"),
    )
    def test_what_is_no_number_is_said_in_words(self, word, expected):
        values = flags.FlagValues()
        flags.DEFINE_integer("of_images", 1, "", flag_values=values)
        flags.DEFINE_float("of_share", 1.0, "", flag_values=values)
        with mock.patch.object(flags, "FLAGS", values):
            told = self._run(lambda argv: None, word)

        self.assertEqual(told, f"error: in the flags: flag {word}: {expected}")

    def test_what_is_logged_may_be_plain(self):
        handler = absl_logging.get_absl_handler()
        before = handler.python_handler.formatter
        self.addCleanup(handler.setFormatter, before)
        record = logging.LogRecord(
            "root", logging.WARNING, "x.py", 7, "%d left out", (3,), None
        )
        self.assertStartsWith(handler.format(record), "W")

        command.plain_log()

        self.assertEqual(handler.format(record), "3 left out")

    def test_an_address_is_no_folder(self):
        values = flags.FlagValues()
        model = flags.DEFINE_string(
            "of_model", "https://a.b/m", "", flag_values=values
        )
        values(["command"])

        with self.assertRaisesRegex(
            errors.UsageError, "^--of_model: https://a.b/m is an address, and "
        ):
            command.no_address(model)

        values(["command", "--of_model=a/b"])
        command.no_address(model)

    def test_no_arguments_follow_the_flags(self):
        command.no_arguments(["train"])
        with self.assertRaisesRegex(
            app.UsageError, "^unexpected arguments: seed=1 x$"
        ):
            command.no_arguments(["train", "seed=1", "x"])

    def test_an_unexpected_argument_is_one_line(self):
        self.assertEqual(
            self._run(command.no_arguments, "surplus"),
            "error: unexpected arguments: surplus; command --help lists the "
            "flags",
        )


if __name__ == "__main__":
    absltest.main()
