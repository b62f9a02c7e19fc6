"""Who may ask for the explorer's page, and what becomes of their images."""

import os
import pathlib
import stat

from absl.testing import absltest, parameterized
from starlette import applications, responses, routing, testclient

from stylex_tf.apps import visitors


class VisitorsTest(parameterized.TestCase):
    @parameterized.parameters(
        ("127.0.0.1:7860", 200),
        ("localhost", 200),
        ("10.0.0.7:7860", 200),
        ("stylex.example", 200),
        ("evil.example", 400),
        ("evil.example:7860", 400),
        ("localhost.evil.example", 400),
        ("", 400),
    )
    def test_only_its_own_names_are_answered(self, host, expected):
        page = applications.Starlette(
            routes=[
                routing.Route("/", lambda _: responses.PlainTextResponse("ok"))
            ],
            middleware=[visitors.only_hosts("10.0.0.7", ["stylex.example"])],
        )

        answer = testclient.TestClient(page).get("/", headers={"host": host})

        self.assertEqual(answer.status_code, expected)

    def test_uploads_are_private_and_do_not_stay(self):
        with visitors.private_uploads():
            folder = pathlib.Path(os.environ["GRADIO_TEMP_DIR"])
            (folder / "face.png").write_bytes(b"an upload")
            mode = stat.S_IMODE(folder.stat().st_mode)

        self.assertEqual(mode, 0o700)
        self.assertFalse(folder.exists())
        self.assertNotIn("GRADIO_TEMP_DIR", os.environ)


if __name__ == "__main__":
    absltest.main()
