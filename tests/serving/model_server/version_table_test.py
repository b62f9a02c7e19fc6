import pathlib

import grpc
from absl.testing import absltest
from tensorflow_serving.apis import model_pb2

from serving.model_server import errors, model_config, version_table

_Code = grpc.StatusCode
_State = version_table.State


def config(name="a", base_path="/a", **labels):
    return model_config.ModelConfig(name, base_path, labels=labels)


def spec(name="a", **choice):
    made = model_pb2.ModelSpec(name=name)
    if "version" in choice:
        made.version.value = choice["version"]
    if "label" in choice:
        made.version_label = choice["label"]
    return made


class VersionTableTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.table = version_table.VersionTable(
            allow_labels_for_unavailable=False
        )
        self.table.configure([config()])

    def add(self, *numbers, state=_State.AVAILABLE, name="a"):
        for number in numbers:
            path = pathlib.Path("/", name, str(number))
            self.table.version(name, number, path).state = state

    def refused(self, code, text, function, *args):
        with self.assertRaisesRegex(errors.ServingError, text) as caught:
            function(*args)
        self.assertEqual(caught.exception.code, code)

    def test_the_latest_that_is_available_is_meant(self):
        self.add(1, 2)
        self.add(3, state=_State.LOADING)

        number, version = self.table.find(spec())

        self.assertEqual(number, 2)
        self.assertEqual(version.path, pathlib.Path("/a/2"))
        self.assertEqual(self.table.find(spec(version=1))[0], 1)

    def test_what_is_not_there(self):
        self.add(1)
        self.add(2, state=_State.UNLOADING)
        for asked, text in (
            (spec("b"), r"request: Latest\(b\)"),
            (spec(version=2), r"request: Specific\(a, 2\)"),
            (spec(version=3), r"request: Specific\(a, 3\)"),
        ):
            self.refused(_Code.NOT_FOUND, text, self.table.find, asked)
        for asked, text in (
            (spec("b"), "Could not find any versions of model b"),
            (spec(version=3), "Could not find version 3 of model a"),
        ):
            self.refused(_Code.NOT_FOUND, text, self.table.status, asked)
        self.refused(
            _Code.INVALID_ARGUMENT,
            "ModelSpec has no name specified",
            self.table.find,
            spec(name=""),
        )

    def test_labels(self):
        self.add(1, 2)
        self.table.configure([config(stable=1, canary=2)])

        self.assertEqual(self.table.find(spec(label="stable"))[0], 1)
        (status,) = self.table.status(spec(label="canary"))
        self.assertEqual(status.version, 2)
        self.refused(
            _Code.INVALID_ARGUMENT,
            "Unrecognized servable version label: other",
            self.table.find,
            spec(label="other"),
        )

    def test_a_label_of_a_version_that_is_not_loaded_changes_nothing(self):
        self.add(1)

        self.refused(
            _Code.FAILED_PRECONDITION,
            "label to version 7 of model a, which is not currently available",
            self.table.configure,
            [config(x=7), config("b")],
        )
        self.assertEqual(set(self.table.configs()), {"a"})

    def test_such_a_label_may_be_allowed_if_it_is_new(self):
        self.table = version_table.VersionTable(
            allow_labels_for_unavailable=True
        )
        self.table.configure([config()])
        self.table.configure([config(stable=1)])
        self.add(1)

        self.assertEqual(self.table.find(spec(label="stable"))[0], 1)
        self.refused(
            _Code.FAILED_PRECONDITION,
            "version 7",
            self.table.configure,
            [config(stable=7)],
        )

    def test_a_model_does_not_move_while_it_is_served(self):
        self.refused(
            _Code.INVALID_ARGUMENT,
            "has base_path /elsewhere; it is served from /a",
            self.table.configure,
            [config(base_path="/elsewhere")],
        )

    def test_the_last_one_that_works_stays_until_another_one_does(self):
        self.add(1)
        self.add(2, state=_State.END)
        self.table.let_go("a", {2})
        self.assertEqual(self.table.available("a"), [1])

        self.add(2)
        self.table.let_go("a", {2})

        self.assertEqual(self.table.available("a"), [2])
        self.assertEqual(
            self.table.version("a", 1, pathlib.Path()).state, _State.UNLOADING
        )

    def test_ended_versions_are_forgotten_some_time(self):
        self.add(*range(100), state=_State.END)
        self.add(100)

        self.table.let_go("a", {100})

        known = [number for _, number, _ in self.table.versions()]
        self.assertEqual(sorted(known), list(range(68, 101)))


if __name__ == "__main__":
    absltest.main()
