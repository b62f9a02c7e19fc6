from absl.testing import absltest, parameterized

from serving.model_server import errors, json_body


class JsonBodyTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("nothing", b"", "JSON Parse error"),
        ("no_json", b"{", "JSON Parse error"),
        ("no_text", b"\xff", "JSON Parse error"),
        ("deep", b"[" * 200_000, "nested too deeply"),
        ("list", b"[1]", r"\[1\] Is not object"),
    )
    def test_what_is_no_object(self, body, text):
        with self.assertRaisesRegex(errors.ServingError, text):
            json_body.parse(body)

    def test_signature_name(self):
        self.assertEqual(json_body.signature_name({}), "")
        self.assertEqual(json_body.signature_name({"signature_name": "a"}), "a")
        for name, text in ((1, "must be a string"), ("\ud800", "not UTF-8")):
            with self.assertRaisesRegex(errors.ServingError, text):
                json_body.signature_name({"signature_name": name})

    def test_bytes(self):
        self.assertEqual(json_body.to_bytes("ä", "x"), "ä".encode())
        self.assertEqual(json_body.to_bytes({"b64": "/w=="}, "x"), b"\xff")

    @parameterized.named_parameters(
        ("no_padding", "AP//"[:4] + "/w"),
        ("line_breaks", "AP//\n/w==\n"),
        ("windows_line_breaks", "AP//\r\n/w==\r\n"),
        ("blanks_and_tabs", " A P//\t/w= =\v\f"),
    )
    def test_base64_as_the_real_server_takes_it(self, text):
        self.assertEqual(
            json_body.to_bytes({"b64": text}, "x"), b"\0\xff\xff\xff"
        )

    @parameterized.parameters(
        (1,),
        (None,),
        (["a"],),
        ("\ud800",),
        ({"b64": 1},),
        ({"b64": "?"},),
        # The alphabet for addresses.
        ({"b64": "_w=="},),
        ({"b64": "_w"},),
        # Padding where there should be none, or too little of it.
        ({"b64": "/w="},),
        ({"b64": "/w==/w=="},),
        # A number of letters that no bytes have.
        ({"b64": "AAAAA"},),
        ({"b64": "a", "c": 1},),
    )
    def test_what_is_no_bytes(self, value):
        with self.assertRaisesRegex(errors.ServingError, "^input x: "):
            json_body.to_bytes(value, "input x")

    def test_what_is_shown_is_short(self):
        self.assertEqual(json_body.shown("a"), "'a'")
        self.assertLess(len(json_body.shown("a" * 1000)), 100)


if __name__ == "__main__":
    absltest.main()
