"""Says which folders the wheel holds, and where they are in it.

Everything else is in pyproject.toml. There, packages are either found or
listed; ours are found, and two folders from beside `stylex_tf` are added.
"""

import tempfile

import setuptools

# In the wheel: the folder here.
_MOVED = {
    "stylex_tf.configs": "configs",
    "stylex_tf.pretrained": "pretrained",
}
# The one model that ships inside, and the weights that trainings begin with.
_MODEL = "faces_32"
_BASE = "base_64"


def _packages() -> list[str]:
    ours = setuptools.find_namespace_packages(
        include=["stylex_tf", "stylex_tf.*"], exclude=["*.templates"]
    )
    configs = setuptools.find_namespace_packages("configs")
    return [
        *ours,
        *_MOVED,
        *(f"stylex_tf.configs.{name}" for name in configs),
    ]


setuptools.setup(
    packages=_packages(),
    package_dir=_MOVED,
    package_data={
        "": ["templates/*", "*.npz"],
        "stylex_tf.pretrained": [f"{_MODEL}/**/*", f"{_BASE}/*.weights"],
    },
    include_package_data=False,
    # Not `build`, which is Bazel's file on some machines; and fresh each time,
    # since what was built before would go into the wheel as well.
    options={"build": {"build_base": tempfile.mkdtemp(prefix="stylex-")}},
)
