"""Asks a saved model, as a program that needs nothing but TensorFlow.

    python replay.py MODEL FOLDER

The folder holds `<signature>/<input>.tensor`, a serialized TensorProto each,
and gets `<signature>/<output>.answer`, and in `signatures.json` the dtypes and
shapes of all signatures. Any TensorFlow 2 runs it; of ours it imports nothing.
"""

import json
import pathlib
import sys

import tensorflow as tf


def main(model_dir: str, folder: str) -> None:
    """Answers every request of a folder; hides our package from its process."""
    # It may be installed, and a model that needs it must fail all the same.
    sys.modules["stylex_tf"] = None  # type: ignore[assignment]
    # Keeps the variables alive while the functions are called.
    model = tf.saved_model.load(model_dir)
    exchange = pathlib.Path(folder)
    (exchange / "signatures.json").write_text(
        json.dumps(
            {
                name: {
                    # The first of the pair holds the positional inputs: none.
                    "inputs": _specs(function.structured_input_signature[1]),
                    "outputs": _specs(function.structured_outputs),
                }
                for name, function in model.signatures.items()
            }
        )
    )
    for request in exchange.iterdir():
        if request.name not in model.signatures:
            continue
        function = model.signatures[request.name]
        specs = function.structured_input_signature[1]
        inputs = {
            name: tf.io.parse_tensor(
                (request / f"{name}.tensor").read_bytes(), spec.dtype
            )
            for name, spec in specs.items()
        }
        for name, answer in function(**inputs).items():
            (request / f"{name}.answer").write_bytes(
                tf.io.serialize_tensor(answer).numpy()
            )


def _specs(specs: dict) -> dict:
    return {
        name: [spec.dtype.name, spec.shape.as_list()]
        for name, spec in specs.items()
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
