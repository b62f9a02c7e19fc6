"""Computes how sure a share of yes-or-no answers is, and if beyond chance."""

import math


def wilson_interval(
    successes: int, trials: int, z: float = 1.959964
) -> tuple[float, float]:
    """Returns a share's 95 % interval (Wilson 1927), within [0, 1]."""
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"{successes} successes of {trials} trials")
    share = successes / trials
    scale = 1.0 + z * z / trials
    middle = (share + z * z / (2 * trials)) / scale
    half = (
        z
        * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
        / scale
    )
    return max(0.0, middle - half), min(1.0, middle + half)


def at_least(successes: int, trials: int, share: float) -> float:
    """Returns the chance of at least so many successes, each of this share.

    The upper tail of the binomial distribution, exactly: sum over i from
    `successes` to `trials` of C(trials, i) share^i (1 - share)^(trials - i).
    It is below alpha where the one-sided lower bound on the share at the level
    1 - alpha (Clopper & Pearson 1934) is above `share`.

    Raises:
        ValueError: no trial, or counts and share that are none.
    """
    if not 0 <= successes <= trials or not trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share is {share}; expected 0 to 1")
    if share == 1.0 or successes == 0:
        return 1.0
    if share == 0.0:
        return 0.0
    # In logarithms: the binomial coefficients alone overflow.
    terms = [
        math.lgamma(trials + 1)
        - math.lgamma(i + 1)
        - math.lgamma(trials - i + 1)
        + i * math.log(share)
        + (trials - i) * math.log1p(-share)
        for i in range(successes, trials + 1)
    ]
    return min(1.0, math.fsum(map(math.exp, terms)))


def better_than_guessing(correct: int, trials: int, share: float) -> float:
    """Tests so many right answers against guessing at this share.

    One-sided exact binomial test, see `at_least`.

    Raises:
        ValueError: no trial, or counts and share that are none.
    """
    if not 0 <= correct <= trials or not trials:
        raise ValueError(f"{correct} correct of {trials} trials")
    if not 0.0 < share <= 1.0:
        raise ValueError(f"share is {share}; expected more than 0, at most 1")
    return at_least(correct, trials, share)
