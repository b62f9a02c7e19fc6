"""How far a long work is."""

from typing import Protocol


class Progress(Protocol):
    """Hears it."""

    def __call__(self, done: int, total: int) -> object:
        """Called when the work has begun, and after each of its steps."""
