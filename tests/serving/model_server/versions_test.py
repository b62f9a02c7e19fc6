import pathlib

from absl.testing import absltest, parameterized

from serving.model_server import versions


class VersionPolicyTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("latest", versions.VersionPolicy(), [10]),
        ("latest_two", versions.VersionPolicy(latest=2), [10, 9]),
        ("more_than_there_are", versions.VersionPolicy(latest=9), [10, 9, 2]),
        ("all", versions.VersionPolicy(latest=None), [10, 9, 2]),
        ("specific", versions.VersionPolicy(specific=(2, 7)), [2]),
    )
    def test_chooses(self, policy, expected):
        # As numbers: as text, 10 would come before 2.
        self.assertEqual(policy.choose([2, 10, 9]), expected)


class OnDiskTest(absltest.TestCase):
    def test_finds_folders_whose_names_are_integers(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        for name in ("1", "0020", "20", "incoming-3", "-4", "٣", "9" * 19):
            (base / name).mkdir()
        (base / "5").write_text("a file")

        listed = versions.on_disk(base)

        self.assertEqual(listed, {1: base / "1", 20: base / "20"})

    def test_a_base_path_that_is_not_there_is_an_error(self):
        with self.assertRaises(FileNotFoundError):
            versions.on_disk("/no/such/folder")


if __name__ == "__main__":
    absltest.main()
