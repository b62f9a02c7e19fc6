"""Says the way for files of classifiers that are not read as they are."""

import contextlib
import os
import pathlib

from stylex_tf import addresses, stand_ins

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
_PACKED = "is packed; unpack it, and give the file or folder in it"
_WAYS = {
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".safetensors"), _TORCH),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), _PICKLE),
    **dict.fromkeys((".zip", ".gz", ".tar"), _PACKED),
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


def way(given: str | os.PathLike) -> str | None:
    """Returns what to do with a path that is not read; None of any other.

    Args:
        given: the path as the user gave it.
    """
    address = addresses.refusal(
        given, f"load the model, and save it here. What is read: {_READ}"
    )
    if address:
        return address
    path = pathlib.Path(given).expanduser()
    if path.is_dir():
        return _way_of_folder(path)
    # A pipe has no end, so it is none either.
    if not path.is_file():
        return f"there is no file or folder {path}"
    with contextlib.suppress(OSError), path.open("rb") as file:
        known = stand_ins.what(file.read(stand_ins.START))
        if known:
            return f"{path} is {known}"
    known = _WAYS.get(path.suffix.lower(), "")
    return f"{path} {known}. What is read: {_READ}" if known else None


def _way_of_folder(folder: pathlib.Path) -> str | None:
    """Returns what to do with a folder that is no SavedModel."""
    if (folder / "saved_model.pb").exists():
        return None
    names = sorted(path.name for path in folder.iterdir())
    inner = [
        path.parent
        for pattern in ("*/saved_model.pb", "*/*/saved_model.pb")
        for path in sorted(folder.glob(pattern))
    ]
    if inner:
        advice = f"give the folder in it that is one: {inner[-1]}"
    elif "saved_model.pbtxt" in names:
        advice = "its saved_model.pbtxt is text; save the model again"
    elif {"metadata.json", "config.json"} <= set(names):
        advice = "it is an unpacked .keras file; give the file"
    elif any(name.endswith(".index") for name in names):
        advice = (
            "it holds a checkpoint, which is weights without a model: load "
            "it into the model, and save the whole (model.save)"
        )
    elif any(
        name.endswith((".safetensors", ".bin", ".pt", ".pth")) for name in names
    ):
        advice = f"its file {_TORCH.removeprefix('is ')}"
    else:
        models = [n for n in names if n.endswith((".keras", ".h5", ".onnx"))]
        advice = (
            f"give the file {folder / models[0]}"
            if models
            else f"what is read: {_READ}"
        )
    return (
        f"{folder} is a folder, but no SavedModel: it has no saved_model.pb; "
        f"{advice}"
    )


def unknown(path: pathlib.Path) -> str:
    """Returns the message about a file of no kind that we know."""
    return (
        f"{path} is neither a .keras nor an .h5 file, no .onnx file, and no "
        f"SavedModel folder. What is read: {_READ}; docs/your_own.md"
    )
