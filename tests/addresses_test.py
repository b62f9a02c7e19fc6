from absl.testing import absltest, parameterized

from stylex_tf import addresses


class AddressesTest(parameterized.TestCase):
    @parameterized.parameters("https://a.b/c.zip", "gs://a/b", "file:///a")
    def test_is_named_as_it_was_given(self, given):
        self.assertEqual(
            addresses.refusal(given, "download it"),
            f"{given} is an address, and nothing is fetched from the network; "
            "download it",
        )

    @parameterized.parameters("", "a/b", "/a//b", "~/a", "a:b", "C:/a")
    def test_paths_are_not(self, given):
        self.assertEqual(addresses.refusal(given, "download it"), "")


if __name__ == "__main__":
    absltest.main()
