"""Reads the JSON of a REST request, as far as all methods share it."""

import base64
import binascii
import json
import re
from typing import Any

import grpc

from serving.model_server import errors

# Of C's isspace.
_WHITE_SPACE = re.compile(r"[ \t\n\v\f\r]+")


def parse(body: bytes) -> dict[str, Any]:
    """Parses the object that a body holds.

    Raises:
        ServingError: it is not JSON, or no object.
    """
    try:
        document = json.loads(body)
    except RecursionError as error:
        raise _invalid("JSON Parse error: nested too deeply") from error
    except ValueError as error:
        raise _invalid(f"JSON Parse error: {error}") from error
    if not isinstance(document, dict):
        raise _invalid(f"JSON Value: {shown(document)} Is not object")
    return document


def signature_name(document: dict[str, Any]) -> str:
    """Returns the name of the signature that is asked; empty if none is given.

    Raises:
        ServingError: its name is no text.
    """
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise _invalid(
            f"JSON Value: {shown(name)} not formatted correctly. "
            "'signature_name' key must be a string value."
        )
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise _invalid(f"'signature_name' is not UTF-8: {error}") from error
    return name


def is_base64(value: Any) -> bool:
    """Says whether it is {"b64": ...}, which stands for bytes."""
    return isinstance(value, dict) and set(value) == {"b64"}


def to_bytes(value: Any, what: str) -> bytes:
    """Returns the bytes of a text, or of base64.

    Args:
        value: any JSON.
        what: has the value, for the message of an error.

    Raises:
        ServingError: it is neither.
    """
    try:
        if isinstance(value, str):
            return value.encode()
        if is_base64(value) and isinstance(value["b64"], str):
            return _from_base64(value["b64"])
    except (binascii.Error, ValueError) as error:
        raise _invalid(
            f"{what}: Unable to base64 decode, or not UTF-8: {error}"
        ) from error
    raise _invalid(
        f"{what}: JSON Value: {shown(value)} is not of expected type: "
        'string, or {"b64": string}'
    )


def _from_base64(text: str) -> bytes:
    """Decodes as absl::Base64Unescape does, which the real server calls.

    White space is skipped, and missing padding taken.
    """
    letters = _WHITE_SPACE.sub("", text)
    if "=" not in letters:
        letters += "=" * (-len(letters) % 4)
    return base64.b64decode(letters, validate=True)


def shown(value: Any) -> str:
    """Writes a value for the message of an error; cuts off what is long."""
    text = repr(value)
    return text if len(text) <= 80 else text[:80] + "..."


def _invalid(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)
