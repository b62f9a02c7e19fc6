import pathlib
import threading

import grpc
from absl.testing import absltest
from tensorflow_serving.apis import model_pb2

from serving.model_server import (
    errors,
    model_config,
    model_manager,
    version_table,
    versions,
)

_LONG = 60.0
_State = version_table.State


class Model:
    """What a load gives: it knows its folder, and whether it was closed."""

    def __init__(self, path):
        self.path = path
        self.closed = False
        self.busy = False

    def idle(self):
        return not self.busy

    def close(self):
        self.closed = True


class ManagerTestCase(absltest.TestCase):
    def assert_refused(self, code, text, function, *args):
        with self.assertRaisesRegex(errors.ServingError, text) as caught:
            function(*args)
        self.assertEqual(caught.exception.code, code)

    def setUp(self):
        super().setUp()
        self.now = 0.0
        self.root = pathlib.Path(self.create_tempdir().full_path)
        self.base = self.root / "a"
        self.broken = set()
        self.loads = []
        self.models = {}
        self.manager = self.make()

    def make(self, **options):
        return model_manager.ModelManager(
            self.load, clock=lambda: self.now, **options
        )

    def load(self, name, path):
        self.loads.append(int(path.name))
        if int(path.name) in self.broken:
            raise ValueError(f"{path.name} is broken")
        self.models[path] = Model(path)
        return self.models[path]

    def publish(self, *numbers, base=None):
        for number in numbers:
            ((base or self.base) / str(number)).mkdir(parents=True)

    def config(self, name="a", labels=None, **policy):
        return model_config.ModelConfig(
            name,
            str(self.root / name),
            versions.VersionPolicy(**policy),
            labels or {},
        )

    def serve(self, *configs, manager=None):
        manager = manager or self.manager
        manager.configure(configs or [self.config()])
        manager.poll()

    def served(self, **spec):
        """The number of the version that answers."""
        with self.manager.use(self.spec(**spec)) as (number, model):
            self.assertFalse(model.closed)
            return number

    def spec(self, name="a", version=None, label=None):
        spec = model_pb2.ModelSpec(name=name)
        if version is not None:
            spec.version.value = version
        if label is not None:
            spec.version_label = label
        return spec

    def states(self, name="a"):
        return {
            status.version: status.state
            for status in self.manager.status(self.spec(name))
        }


class ModelManagerTest(ManagerTestCase):
    def test_serves_the_latest_version(self):
        self.publish(1, 10, 9)
        self.serve()

        self.assertEqual(self.served(), 10)
        self.assertEqual(self.states(), {10: _State.AVAILABLE})

    def test_a_new_version_is_loaded_before_the_old_one_goes(self):
        self.publish(1)
        self.serve()
        old = self.models[self.base / "1"]
        seen = []

        def load(name, path):
            # While the new one loads, the old one answers.
            seen.append(self.served())
            seen.append(self.states()[2])
            return Model(path)

        self.publish(2)
        self.manager._load = load
        self.manager.poll()

        self.assertEqual(seen, [1, _State.LOADING])
        self.assertEqual(self.served(), 2)
        self.assertTrue(old.closed)
        self.assertEqual(self.states(), {1: _State.END, 2: _State.AVAILABLE})

    def test_a_version_is_closed_when_its_last_request_has_left(self):
        self.publish(1)
        self.serve()
        old = self.models[self.base / "1"]
        self.publish(2)

        with self.manager.use(self.spec()) as (number, model):
            self.manager.poll()
            self.assertEqual((number, model), (1, old))
            self.assertFalse(old.closed)
            self.assertEqual(self.states()[1], _State.UNLOADING)
            # Nobody new is let in.
            self.assertEqual(self.served(), 2)
            self.assert_refused(
                grpc.StatusCode.NOT_FOUND,
                r"Servable not found for request: Specific\(a, 1\)",
                lambda: self.served(version=1),
            )
        self.manager.poll()

        self.assertTrue(old.closed)
        self.assertEqual(self.states()[1], _State.END)

    def test_a_version_that_works_for_nobody_any_more_is_closed_later(self):
        self.publish(1)
        self.serve()
        old = self.models[self.base / "1"]
        old.busy = True
        self.publish(2)
        self.manager.poll()
        self.assertFalse(old.closed)
        self.assertFalse(self.manager.empty())

        old.busy = False
        self.manager.poll()

        self.assertTrue(old.closed)

    def test_a_broken_version_leaves_the_old_one_serving(self):
        self.publish(1)
        self.serve()
        self.broken = {2}
        self.publish(2)

        with self.assertLogs("serving", "ERROR"):
            self.manager.poll()

        self.assertEqual(self.served(), 1)
        new, old = self.manager.status(self.spec())
        self.assertEqual((new.state, new.error), (_State.END, "2 is broken"))
        self.assertEqual(old.state, _State.AVAILABLE)
        self.assertTrue(self.manager.ready())

    def test_a_broken_version_is_tried_again_but_not_for_ever(self):
        self.manager = self.make(max_load_retries=2, load_retry_seconds=60)
        self.publish(1)
        self.broken = {1}
        with self.assertLogs("serving", "ERROR"):
            self.serve()
            for _ in range(20):
                self.now += 30
                self.manager.poll()

        self.assertEqual(self.loads, [1, 1, 1])

    def test_a_version_that_comes_back_mended_is_tried_again(self):
        self.manager = self.make(max_load_retries=0)
        self.publish(1)
        self.broken = {1}
        with self.assertLogs("serving", "ERROR"):
            self.serve()
        (self.base / "1").rmdir()
        self.manager.poll()
        self.broken = set()
        self.publish(1)
        self.manager.poll()

        self.assertEqual(self.served(), 1)

    def test_policies(self):
        self.publish(1, 2, 3)
        self.serve(self.config(latest=2))
        self.assertEqual(set(self.states()), {2, 3})
        self.serve(self.config(latest=None))
        self.assertEqual(set(self.states()), {1, 2, 3})
        self.serve(self.config(specific=(1,)))

        self.assertEqual(
            self.states(),
            {1: _State.AVAILABLE, 2: _State.END, 3: _State.END},
        )
        self.assertEqual(self.served(), 1)

    def test_what_works_stays_when_the_folder_is_gone_or_empty(self):
        self.publish(1)
        self.serve()
        (self.base / "1").rmdir()
        self.manager.poll()
        self.assertEqual(self.served(), 1)
        self.base.rmdir()
        self.manager.poll()

        self.assertEqual(self.served(), 1)

    def test_models_come_and_go(self):
        self.publish(1)
        self.publish(5, base=self.root / "b")
        self.serve()
        self.serve(self.config("b"))

        self.assertEqual(self.served(name="b"), 5)
        self.assertTrue(self.models[self.base / "1"].closed)
        self.assertEqual(self.states(), {1: _State.END})
        self.assertFalse(self.manager.serves("a"))
        self.serve(self.config("a"), self.config("b"))
        self.assertEqual(self.served(name="a"), 1)

    def test_is_ready_when_every_model_has_a_version(self):
        self.assertFalse(self.manager.ready())
        self.publish(1)
        self.serve(self.config("a"), self.config("b"))
        self.assertFalse(self.manager.ready())
        self.publish(1, base=self.root / "b")
        self.manager.poll()

        self.assertTrue(self.manager.ready())


class RunningManagerTest(ManagerTestCase):
    """The same manager with a thread of its own that polls."""

    def setUp(self):
        super().setUp()
        self.stop = threading.Event()
        self.thread = threading.Thread(
            target=self.manager.run, args=(0, self.stop)
        )
        self.thread.start()
        self.addCleanup(self.end)

    def end(self):
        self.stop.set()
        self.manager.wake()
        self.thread.join()

    def test_reload_waits_for_new_models(self):
        self.publish(1)

        self.manager.reload([self.config()], _LONG)

        self.assertEqual(self.served(), 1)

    def test_reload_says_why_a_model_is_not_available(self):
        self.publish(1)
        self.broken = {1}
        with self.assertLogs("serving", "ERROR"):
            self.assert_refused(
                grpc.StatusCode.UNKNOWN,
                "Some models did not become available: {a: version 1: 1 is ",
                self.manager.reload,
                [self.config()],
                _LONG,
            )
        self.assert_refused(
            grpc.StatusCode.UNKNOWN,
            "b: no versions in",
            self.manager.reload,
            [self.config("b")],
            _LONG,
        )

    def test_goes_on_after_a_poll_that_failed(self):
        self.publish(1)
        self.manager.reload([self.config()], _LONG)
        old = self.models[self.base / "1"]
        closes = []

        def close():
            closes.append(None)
            if len(closes) == 1:
                raise OSError("busy")

        old.close = close
        self.publish(2)
        with self.assertLogs("serving", "ERROR"):
            self.manager.configure([self.config()])
            while not closes:
                pass
            self.manager.reload([self.config()], _LONG)

        self.assertLen(closes, 2)
        self.assertEqual(self.states()[1], _State.END)

    def test_no_request_fails_while_versions_change(self):
        self.publish(1)
        self.manager.reload([self.config()], _LONG)
        done = threading.Event()
        failures, seen = [], set()

        def ask():
            while not done.is_set():
                try:
                    seen.add(self.served())
                except Exception as error:
                    failures.append(error)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(2, 30):
            self.publish(number)
            self.manager.reload([self.config()], _LONG)
        done.set()
        for thread in threads:
            thread.join()

        self.assertEqual(failures, [])
        self.assertContainsSubset({29}, seen | {self.served()})
        self.assertGreater(len(seen), 1)

    def test_everything_is_closed_at_the_end(self):
        self.publish(1)
        self.manager.reload([self.config()], _LONG)

        self.end()

        self.assertTrue(self.models[self.base / "1"].closed)
        self.assertTrue(self.manager.empty())


if __name__ == "__main__":
    absltest.main()
