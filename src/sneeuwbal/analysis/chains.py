"""Who came through whom: recruits, generations and chains, from anonymous links.

Method page: docs/methods/snowball.md. A chain is never published; only counts are.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def recruits_of(recruiter: Ints, *, weight: Floats | None = None) -> Floats:
    """Return how many recruits each participant has.

    Parameters
    ----------
    recruiter : (n,) int
        Index of each participant's recruiter in this same array, or -1.
    weight : (n,) float, optional
        Weight of each link; 1 by default.
    """
    linked = recruiter >= 0
    weights = np.ones(recruiter.size) if weight is None else np.asarray(weight, float)
    return np.bincount(recruiter[linked], weights[linked], minlength=recruiter.size).astype(float)


def generation_of(recruiter: Ints) -> Ints:
    """Return the generation of each participant: 0 unless recruited, else the recruiter's plus 1.

    Parameters
    ----------
    recruiter : (n,) int
        Index of each participant's recruiter in this same array, or -1.

    Raises
    ------
    ValueError
        If someone is, through others, their own recruiter.
    """
    generation = np.zeros(recruiter.size, np.int64)
    ancestor = np.asarray(recruiter, np.int64).copy()
    for _ in range(recruiter.size + 1):
        climbing = ancestor >= 0
        if not climbing.any():
            return generation
        generation[climbing] += 1
        ancestor[climbing] = recruiter[ancestor[climbing]]
    raise ValueError("a participant cannot be among their own recruiters")


def chains_of_three(recruiter: Ints) -> int:
    """Count the participants of generation 0 with a recruit of a recruit.

    Parameters
    ----------
    recruiter : (n,) int
        Index of each participant's recruiter in this same array, or -1.
    """
    generation = generation_of(recruiter)
    parents = recruiter[generation == 2]
    return int(np.unique(recruiter[parents]).size)
