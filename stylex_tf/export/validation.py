"""Validates that an export still answers as it did, as a stranger asks it."""

import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from stylex_tf import errors, plain_paths
from stylex_tf.export import manifest, replay, signatures, warmup

TOLERANCE = 1e-3
"""How far numbers may differ, relative to the largest where that exceeds one.

Images may differ by one level of 255; classes, coordinates and directions not
at all.
"""

_CONTRACT = "assets/contract.json"
_NEEDED = (_CONTRACT, warmup.REQUESTS, warmup.ANSWERS)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The result of a validation: problems and differences.

    Attributes:
        problems: one line each; none where the export is what it was.
        differences: the largest by "signature/output", relative, or in levels
            for images; empty where the model was not asked.
    """

    problems: list[str]
    differences: dict[str, float]


def validate(
    directory: pathlib.Path, *, python: str = sys.executable
) -> Verdict:
    """Checks the files, replays the recorded requests, compares the answers.

    A model is a program: it is not loaded unless its files are those of the
    manifest. That tells damage, not an attacker, who can write manifests too.

    Args:
        directory: the folder of one version.
        python: an interpreter with TensorFlow, which loads the model.
    """
    problems = manifest.problems(directory) or [
        f"{name}: is missing"
        for name in _NEEDED
        if not (directory / name).is_file()
    ]
    if problems:
        return Verdict(problems, {})
    records = warmup.read(directory)
    contract = json.loads((directory / _CONTRACT).read_text(encoding="utf-8"))
    try:
        specs, answers = ask(directory, records, python)
    except errors.ExportError as error:
        return Verdict([str(error)], {})
    return judge(contract, records, specs, answers)


def judge(
    contract: Mapping[str, Any],
    records: Sequence[warmup.Record],
    specs: Mapping[str, Any],
    answers: Mapping[str, Mapping[str, np.ndarray]],
) -> Verdict:
    """Compares what a model answers with what it should.

    Args:
        contract: that came with the model.
        records: the requests, and what was answered to them.
        specs: dtypes and shapes of the signatures, as `replay` writes them.
        answers: the answers of the model, arrays by signature and name.
    """
    problems = list(_contract_problems(contract, specs))
    recorded = [record.signature for record in records]
    if sorted(recorded) != sorted(contract["signatures"]):
        problems.append(
            f"{warmup.REQUESTS}: holds requests of {recorded}; expected one "
            f"of each of {list(contract['signatures'])}"
        )
    differences = {}
    for record in records:
        answered = answers[record.signature]
        for name, expected in record.outputs.items():
            where = f"{record.signature}/{name}"
            if name not in answered:
                problems.append(f"{where}: was not answered")
                continue
            difference = _difference(name, expected, answered[name])
            differences[where] = difference
            problems += _answer_problems(
                where, name, difference, answered[name]
            )
    return Verdict(problems, differences)


def ask(
    directory: pathlib.Path, records: Sequence[warmup.Record], python: str
) -> tuple[dict[str, Any], dict[str, dict[str, np.ndarray]]]:
    """Asks a model in a process without our package.

    Args:
        directory: the folder of one version.
        records: the requests.
        python: an interpreter with TensorFlow.

    Returns:
        What `judge` takes: specs and answers by signature.

    Raises:
        ExportError: the process failed.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        plain_paths.of(directory) as plain,
    ):
        exchange = pathlib.Path(folder) / "exchange"
        exchange.mkdir()
        for record in records:
            (exchange / record.signature).mkdir()
            for name, array in record.inputs.items():
                proto = tf.make_tensor_proto(array)
                file = exchange / record.signature / f"{name}.tensor"
                file.write_bytes(proto.SerializeToString())
        # Copied, since Python looks for modules beside a program.
        program = shutil.copy(replay.__file__, folder)
        finished = subprocess.run(
            # -E: PYTHONPATH, where our package may be, is not searched.
            [python, "-E", program, str(plain), str(exchange)],
            cwd=folder,
            capture_output=True,
            text=True,
        )
        if finished.returncode:
            lines = finished.stderr.strip().splitlines() or ["no message"]
            raise errors.ExportError(
                f"{directory}: cannot be loaded and asked: {lines[-1]}"
            )
        specs = json.loads((exchange / "signatures.json").read_text())
        return specs, {
            record.signature: {
                file.stem: tf.make_ndarray(
                    tensor_pb2.TensorProto.FromString(file.read_bytes())
                )
                for file in (exchange / record.signature).glob("*.answer")
            }
            for record in records
        }


def _contract_problems(
    contract: Mapping[str, Any], specs: Mapping[str, Any]
) -> Iterator[str]:
    """Compares the signatures with the contract that came with the model."""
    if set(specs) != set(contract["signatures"]):
        yield (
            f"the signatures are {sorted(specs)}; the contract has "
            f"{sorted(contract['signatures'])}"
        )
    for name in sorted(set(specs) & set(contract["signatures"])):
        for side in ("inputs", "outputs"):
            expected = {
                key: [info["dtype"], _shape(info, contract["sizes"])]
                for key, info in contract["signatures"][name][side].items()
            }
            if specs[name][side] != expected:
                yield (
                    f"{name}: the {side} are {specs[name][side]}; the "
                    f"contract has {expected}"
                )


def _shape(
    info: Mapping[str, Any], sizes: Mapping[str, int]
) -> list[int | None]:
    return list(signatures.TensorInfo(**info).static_shape(sizes))


def _answer_problems(
    where: str, name: str, difference: float, answered: np.ndarray
) -> Iterator[str]:
    if answered.dtype.kind == "f" and not np.all(np.isfinite(answered)):
        yield f"{where}: holds values that are not finite"
        return
    allowed = 1.0 if _holds_images(name) else TOLERANCE
    # Not "greater": a NaN must fail too.
    if not difference <= allowed:
        yield (
            f"{where}: differs by {difference:.3g} from what was recorded; "
            f"expected at most {allowed}"
        )


def _holds_images(output: str) -> bool:
    return output.endswith("_bytes")


def _difference(
    output: str, expected: np.ndarray, answered: np.ndarray
) -> float:
    """Measures how far apart two answers are; infinity if they cannot be."""
    if expected.shape != answered.shape or expected.dtype != answered.dtype:
        return np.inf
    if expected.dtype == object:
        if not _holds_images(output):
            return 0.0 if np.array_equal(expected, answered) else np.inf
        pairs = zip(expected.flat, answered.flat, strict=True)
        return max(_levels(*pair) for pair in pairs)
    # Not-a-number where either is not finite, which no tolerance allows.
    gap = float(np.max(np.abs(expected.astype(float) - answered.astype(float))))
    if np.issubdtype(expected.dtype, np.integer):
        return gap
    return gap / max(1.0, float(np.max(np.abs(expected))))


def _levels(expected: bytes, answered: bytes) -> float:
    """Returns the largest difference of two PNG files' pixels."""
    if expected == answered:
        return 0.0
    if not expected or not answered:
        return np.inf
    picture, other = (
        tf.io.decode_png(contents).numpy().astype(int)
        for contents in (expected, answered)
    )
    if picture.shape != other.shape:
        return np.inf
    return float(np.max(np.abs(picture - other)))
