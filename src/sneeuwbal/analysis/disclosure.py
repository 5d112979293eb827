"""What may be published about small groups. Standard library only: the web process imports it.

Method page: docs/methods/disclosure.md.
"""

from collections.abc import Sequence

# Conventions, docs/methods/disclosure.md: may be raised by a caller, never lowered.
THRESHOLD = 10
ROUNDING_BASE = 5


def checked_threshold(value: int) -> int:
    """Return the threshold, or raise ValueError if it is below the fixed minimum of ten."""
    if value < THRESHOLD:
        raise ValueError(f"the publication threshold may be raised, never set below {THRESHOLD}")
    return value


def rounded(count: int, *, base: int = ROUNDING_BASE) -> int:
    """Return the count rounded to the nearest multiple of base, halves upward."""
    if count < 0 or base < 1:
        raise ValueError("a count cannot be negative and the base is at least 1")
    return (2 * count + base) // (2 * base) * base


def stepped(count: int, former: int, *, threshold: int = THRESHOLD) -> int:
    """Return the rounded count to publish after a former one: the same, or a whole step further.

    Two releases that differ by less than the threshold would tell of the few who came between.
    """
    return former if abs(count - former) < checked_threshold(threshold) else count


def counts_behind(
    shown: int,
    former: int | None = None,
    *,
    threshold: int = THRESHOLD,
    base: int = ROUNDING_BASE,
) -> tuple[int, int]:
    """Return the lowest and highest count behind a published, rounded count.

    A count equal to the `former` one may have been kept by `stepped`, and so lie further away.
    """
    slack = (checked_threshold(threshold) - 1) // base * base if shown == former else 0
    return max(threshold, shown - base // 2 - slack), shown + (base - 1) // 2 + slack


def publishable_count(count: int, *, threshold: int = THRESHOLD) -> int | None:
    """Return the count, or None (withheld) when fewer stand behind it than the threshold.

    Zero is withheld too: "nobody in this group" is also a fact about everyone in it.
    """
    if count < 0:
        raise ValueError("a count cannot be negative")
    return count if count >= checked_threshold(threshold) else None


def publishable_share(
    numerator: int, denominator: int, *, threshold: int = THRESHOLD
) -> int | None:
    """Return the share in whole percent, or None (withheld).

    Numerator and remainder must both reach the threshold: "98 % did" tells of the rest.
    """
    if not 0 <= numerator <= denominator:
        raise ValueError("the numerator lies between 0 and the denominator")
    if min(numerator, denominator - numerator) < checked_threshold(threshold):
        return None
    return (200 * numerator + denominator) // (2 * denominator)


def count_band(
    count: int, *, threshold: int = THRESHOLD, width: int = ROUNDING_BASE
) -> tuple[int, int]:
    """Return the band to show instead of a count; the first band is everything below threshold."""
    if count < 0 or width < 1:
        raise ValueError("a count cannot be negative and the width is at least 1")
    if count < checked_threshold(threshold):
        return 0, threshold - 1
    low = threshold + (count - threshold) // width * width
    return low, low + width - 1


def suppressed(
    cells: Sequence[int], *, total_published: bool = True, threshold: int = THRESHOLD
) -> tuple[int | None, ...]:
    """Return a one-way table in which no cell below the threshold can be found again.

    Parameters
    ----------
    cells : sequence of int, >= 0
        Counts that add up to the total.
    total_published : bool
        Whether readers also get the total, so that one hidden cell is found by subtraction.
    threshold : int
        At least 10.

    Returns
    -------
    tuple of int or None
        The cells in their own order; None is withheld.

    Raises
    ------
    ValueError
        If a count is negative or the threshold is below 10.

    Notes
    -----
    Hides every cell below the threshold, then the next smallest until at least two are
    hidden and together they reach the threshold: then what a reader can compute about
    a hidden cell runs from 0 to at least the threshold. A reader who also knows this rule
    learns a little more, but no exact count. If the cells cannot reach that, all are
    hidden, and `publishable_count` withholds the total. Tables with two margins and earlier
    releases need the audit by linear programming of a later version.
    """
    limit = checked_threshold(threshold)
    if any(cell < 0 for cell in cells):
        raise ValueError("a count cannot be negative")
    smallest_first = sorted(range(len(cells)), key=lambda place: (cells[place], place))
    hidden = {place for place in smallest_first if cells[place] < limit}
    if hidden and total_published:
        for place in smallest_first:
            if len(hidden) >= 2 and sum(cells[one] for one in hidden) >= limit:
                break
            hidden.add(place)
    return tuple(None if place in hidden else cell for place, cell in enumerate(cells))


def weakest_interval(published: Sequence[int | None], total: int) -> tuple[int, int] | None:
    """Return what a reader can compute about a hidden cell of a table with a known total.

    None when nothing is hidden. A single hidden cell is known exactly: low equals high.
    """
    visible = [cell for cell in published if cell is not None]
    rest = total - sum(visible)
    if rest < 0:
        raise ValueError("the visible cells exceed the total")
    hidden = len(published) - len(visible)
    if not hidden:
        return None
    return (rest, rest) if hidden == 1 else (0, rest)
