"""Predicts how long work takes, before it is done."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import tqdm

_Item = TypeVar("_Item")

# What takes less is not spoken of.
_WORTH_TELLING = 1.0


class Pace:
    """The seconds that one item takes, learnt from those that were done.

    The first item tells nothing: TensorFlow prepares a graph when it is first
    run, which takes longer than most images.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic):
        """Knows nothing yet.

        Args:
            clock: tells seconds.
        """
        self._clock = clock
        self._prepared = False
        self._seconds = 0.0
        self._items = 0

    def seconds(self, items: int) -> float | None:
        """Estimates how long so many items take; None: nothing is known yet."""
        return self._seconds / self._items * items if self._items else None

    def over(
        self, items: Sequence[_Item], *, doing: str, progress: bool
    ) -> Iterator[_Item]:
        """Yields items; where they take over a second, says how long.

        The estimate stands before the work where the pace is known, and else
        after two items; a bar follows it.

        Args:
            items: what is worked on between two yields.
            doing: what that is, such as "explaining".
            progress: False says nothing.
        """
        bar = None
        if progress and not self._prepared:
            _say(f"{doing}: the first image takes longest, some seconds")
        try:
            for done, item in enumerate(items):
                rest = self.seconds(len(items) - done)
                if (
                    progress
                    and bar is None
                    and rest is not None
                    and rest > _WORTH_TELLING
                ):
                    left = len(items) - done
                    _say(f"{doing} {left} images takes about {_words(rest)}")
                    bar = tqdm.tqdm(
                        total=len(items), initial=done, desc=doing, unit="image"
                    )
                begun = self._clock()
                yield item
                self._learn(self._clock() - begun)
                if bar is not None:
                    bar.update()
        finally:
            if bar is not None:
                bar.close()

    def _learn(self, seconds: float) -> None:
        if self._prepared:
            self._seconds += seconds
            self._items += 1
        self._prepared = True


def _words(seconds: float) -> str:
    """Writes seconds for people: 90.0 -> "1.5 minutes"."""
    for size, unit in ((3600, "hours"), (60, "minutes")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} seconds"


def _say(text: str) -> None:
    tqdm.tqdm.write(text, file=sys.stderr)
