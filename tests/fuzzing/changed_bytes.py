"""Changes valid files at random, and tries what becomes of them.

A run of the suite tries a few hundred changes, the same ones each time.
FUZZ_CPU_SECONDS=600 makes each test go on for so long, with others, and
FUZZ_FROM=1000 begins with the thousandth lot of them. A hang is what the
test's own time limit is for.
"""

import functools
import itertools
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

import hypothesis
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

_EXAMPLES = 200
_EXTREMES = (0, 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63)
# What an input of a few kilobytes may make a reader hold, at the most.
_MEBIBYTES = 1024

_Change = Callable[[bytearray, random.Random], bytearray]


def _flip(content: bytearray, rng: random.Random) -> bytearray:
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return content


def _set(content: bytearray, rng: random.Random) -> bytearray:
    content[rng.randrange(len(content))] = rng.choice((0, 1, 0x7F, 0xFF))
    return content


def _cut(content: bytearray, rng: random.Random) -> bytearray:
    return content[: rng.randrange(len(content))]


def _drop(content: bytearray, rng: random.Random) -> bytearray:
    first, end = _span(content, rng)
    return content[:first] + content[end:]


def _repeat(content: bytearray, rng: random.Random) -> bytearray:
    first, end = _span(content, rng)
    return content[:end] + content[first:end] * rng.choice((1, 2, 50))


def _swap(content: bytearray, rng: random.Random) -> bytearray:
    first, end = _span(content, rng)
    middle = (first + end) // 2
    return (
        content[:first]
        + content[middle:end]
        + content[first:middle]
        + content[end:]
    )


def _number(content: bytearray, rng: random.Random) -> bytearray:
    """Writes a number of 2, 4 or 8 bytes over what may be a length."""
    size = rng.choice((2, 4, 8))
    place = rng.randrange(len(content))
    value = rng.choice(_EXTREMES) % 2 ** (8 * size)
    order = rng.choice(("little", "big"))
    content[place : place + size] = value.to_bytes(size, order)
    return content


def _insert(content: bytearray, rng: random.Random) -> bytearray:
    place = rng.randrange(len(content))
    return content[:place] + rng.randbytes(rng.randint(1, 9)) + content[place:]


_CHANGES: tuple[_Change, ...] = (
    *(_flip, _set, _cut, _drop, _repeat, _swap, _number, _insert),
)


def _span(content: bytearray, rng: random.Random) -> tuple[int, int]:
    first = rng.randrange(len(content))
    return first, min(len(content), first + rng.choice((1, 4, 16, 64, 1024)))


def change(content: bytes, seed: int) -> bytes:
    """Returns the content with one to four changes, drawn from a seed."""
    rng = random.Random(seed)
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        if changed:
            changed = rng.choice(_CHANGES)(changed, rng)
    return bytes(changed)


def of(valid: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Returns a strategy: one of some valid files, with one to four changes.

    One in sixteen has none of it: bytes at random.
    """
    changed = st.builds(change, one_of(valid), st.integers(0, 2**32))
    return st.one_of(*[changed] * 15, st.binary(max_size=64))


def one_of(valid: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Returns a strategy: a file as it is; a failure does not print all."""
    return st.integers(0, len(valid) - 1).map(lambda place: valid[place])


def tried(
    mebibytes: int = _MEBIBYTES, **drawn: st.SearchStrategy
) -> Callable[[Callable[..., None]], Callable[[Any], None]]:
    """Calls a test with many inputs, and holds the memory that it takes.

    Args:
        mebibytes: how much the peak of the resident set may grow meanwhile.
        **drawn: strategies for the test's arguments.
    """

    def decorate(check: Callable[..., None]) -> Callable[[Any], None]:
        @functools.wraps(check)
        def test(self: Any) -> None:
            seconds = float(os.environ.get("FUZZ_CPU_SECONDS", "0"))
            begun, before = time.process_time(), _peak()
            count = 0

            def counted(**inputs: Any) -> None:
                nonlocal count
                count += 1
                check(self, **inputs)

            first = int(os.environ.get("FUZZ_FROM", "0"))
            for seed in itertools.count(first):
                _run(counted, drawn, seed)
                if time.process_time() - begun >= seconds:
                    break
            if seconds:
                print(
                    f"{self.id()}: {count:,} inputs, "
                    f"{time.process_time() - begun:.0f} s of CPU, "
                    f"peak +{_peak() - before} MiB",
                    file=sys.stderr,
                    flush=True,
                )
            self.assertLess(_peak() - before, mebibytes)

        # Or whoever runs the test would look for its arguments.
        del test.__wrapped__
        return test

    return decorate


def _run(
    check: Callable[..., None],
    drawn: dict[str, st.SearchStrategy],
    seed: int,
) -> None:
    settings = hypothesis.settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    # Hypothesis tries numbers of our own modules as well: an edit anywhere
    # would change what is tried. There is no public way to leave them out.
    with mock.patch.object(
        providers, "_get_local_constants", providers.Constants
    ):
        hypothesis.seed(seed)(settings(hypothesis.given(**drawn)(check)))()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
