import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import adapter


class OtherFilesTest(parameterized.TestCase):
    def _said(self, path: str) -> str:
        with self.assertRaises(errors.ClassifierError) as raised:
            adapter.load(path)
        return str(raised.exception)

    @parameterized.parameters(
        (("variables/variables.index",), "no saved_model.pb; what is read"),
        (("1/saved_model.pb", "2/saved_model.pb"), "that is one: .*/2$"),
        (("saved_model.pbtxt",), "is text; save the model again"),
        (("config.json", "metadata.json"), "unpacked .keras file; give the"),
        (("checkpoint", "ckpt-1.index"), "weights without a model"),
        (("config.json", "model.safetensors"), "a file of PyTorch.*onnx"),
        (("best.keras",), "give the file .*/best.keras"),
    )
    def test_a_folder_that_is_no_saved_model(self, names, said):
        folder = pathlib.Path(self.create_tempdir())
        for name in names:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(b"x")
        self.assertRegex(self._said(str(folder)), said)

    @parameterized.parameters("x.keras", "x.h5", "x.onnx", "x.pt", "x")
    def test_what_stands_where_a_file_was_meant(self, name):
        path = pathlib.Path(self.create_tempdir()) / name
        path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid")
        self.assertIn("a pointer of Git LFS", self._said(str(path)))
        path.write_bytes(b"<!DOCTYPE html><html><body>Sign in</body></html>")
        self.assertIn("a web page", self._said(str(path)))

    def test_an_address_is_named_as_it_was_given(self):
        said = self._said("https://example.com/model.keras")
        self.assertIn("https://example.com/model.keras is an address", said)

    @parameterized.parameters("m.zip", "m.tar.gz", "m.tflite", "m.pt")
    def test_files_that_are_not_read(self, name):
        path = pathlib.Path(self.create_tempdir()) / name
        path.write_bytes(b"x")
        self.assertRegex(self._said(str(path)), f"{name} is .*What is read")


if __name__ == "__main__":
    absltest.main()
