"""Says the way for files of classifiers that are not read as they are."""

import pathlib

TORCH_EXPORT = (
    "model.eval(); torch.onnx.export(model, torch.zeros(2, 3, HEIGHT, WIDTH), "
    '"model.onnx", input_names=["pixels"], dynamic_axes={"pixels": {0: "n"}})'
)
"""The two lines that make an ONNX file of a PyTorch module."""

_TORCH = (
    "is a file of PyTorch. Where the model is, export it to ONNX and give that "
    f"file: {TORCH_EXPORT}"
)
_PICKLE = (
    "is a pickle, which is a program and is not opened. A tree or forest on "
    "features has no gradient to the pixels, and StylEx cannot be trained on "
    "it; of a network, save the network"
)
_WAYS = {
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".safetensors"), _TORCH),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), _PICKLE),
    ".tflite": (
        "is for inference alone and gives no gradients; give the Keras model "
        "or SavedModel that it was made from"
    ),
    ".pb": "is one part of a SavedModel; give the folder that holds it",
    ".mlmodel": "is Apple's; give the model that it was made from",
    ".json": "is a model's description without weights; give the whole model",
    ".pdmodel": "is PaddlePaddle's; convert it by paddle2onnx, and give that",
}
_READ = (
    "a .keras or .h5 file of Keras 2, an .onnx file (PyTorch writes one), or "
    "the folder of a SavedModel (Keras 3's model.export writes one)"
)


def way(path: pathlib.Path) -> str | None:
    """Returns what to do with a file that is not read; None of any other.

    Args:
        path: the file, whose ending says what it is.
    """
    known = _WAYS.get(path.suffix.lower())
    return known and f"{path} {known}. What is read: {_READ}"


def unknown(path: pathlib.Path) -> str:
    """Returns the message about a file of no kind that we know."""
    return (
        f"{path} is neither a .keras nor an .h5 file, no .onnx file, and no "
        f"SavedModel folder. What is read: {_READ}; docs/your_own.md"
    )
