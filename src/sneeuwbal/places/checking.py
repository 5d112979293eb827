"""Do the codes of a dataset belong to the year it says? Which codes are unknown?"""

from django.utils.translation import gettext as _

from sneeuwbal.places import codes
from sneeuwbal.places.batch import Batch
from sneeuwbal.places.models import Area
from sneeuwbal.places.problems import ImportProblem

# A list of another year must fit better by this much before a file is refused.
BETTER = 0.02
GOOD = 0.98
# Of a whole country without a list of its own year: practically the list of another year.
SAME = 0.998
WHOLE_COUNTRY = 5000
# At least this share of the codes must be judged by a list before it counts.
JUDGED = 0.5
MOSTLY = 0.5


def check_areas(batch: Batch) -> None:
    """Refuse codes of another year; leave out and count unknown ones where no list comes along."""
    own = {code for code, year in batch.areas if year == batch.dataset.area_year}
    fine = {code for code in own if codes.kind_of(code) in {"WK", "BU"}}
    if fine:
        _refuse_other_year(batch, fine)
    if not batch.makes_areas:
        _leave_out_unknown(batch)


def _refuse_other_year(batch: Batch, found: set[str]) -> None:
    shares = year_shares(found)
    year = batch.dataset.area_year
    mine = shares.get(year)
    others = {other: share for other, share in shares.items() if other != year}
    if not others:
        return
    best = max(others, key=lambda other: (others[other], -abs(other - year)))
    if mine is None:
        wrong = len(found) > WHOLE_COUNTRY and others[best] >= SAME
    else:
        wrong = mine < GOOD and others[best] >= mine + BETTER
    if wrong:
        raise _other_year(batch, year, best, mine, others[best])


def year_shares(found: set[str]) -> dict[int, float]:
    """For each year with a list: the share of the codes in it, within its municipalities."""
    kinds = {code[:2] for code in found}
    municipalities = {codes.municipality_of(code) for code in found}
    known: dict[int, set[str]] = {}
    rows = Area.objects.filter(kind__in=kinds, fictional=False)
    if len(municipalities) == 1:
        rows = rows.filter(municipality_code__in=municipalities)
    for year, code in rows.values_list("year", "code").iterator(chunk_size=20_000):
        known.setdefault(year, set()).add(code)
    shares: dict[int, float] = {}
    for year, listed in known.items():
        covered = {(code[:2], code[2:6]) for code in listed}
        judged = {code for code in found if (code[:2], code[2:6]) in covered}
        if len(judged) >= JUDGED * len(found):
            shares[year] = len(judged & listed) / len(judged)
    return shares


def _other_year(
    batch: Batch, year: int, likely: int, mine: float | None, share: float
) -> ImportProblem:
    return ImportProblem(
        _(
            "The area codes are not those of %(year)s (%(mine)s %% fit) "
            "but very likely those of %(likely)s (%(share)s %% fit)."
        )
        % {
            "year": year,
            "mine": round(100 * (mine or 0)),
            "likely": likely,
            "share": round(100 * share),
        },
        file=batch.file,
        column=_("area code"),
        remedy=_("Check the name of the file, the table number or the year in the mapping."),
    )


def _leave_out_unknown(batch: Batch) -> None:
    years = {year for _code, year in batch.areas}
    known = set(Area.objects.filter(year__in=years).values_list("code", "year"))
    unknown = set(batch.areas) - known
    if len(unknown) > MOSTLY * len(batch.areas):
        raise _mostly_unknown(batch, unknown)
    for area in unknown:
        del batch.areas[area]
        batch.report.unknown_codes[area[0]] += 1
    for series in batch.series:
        kept = [at for at, area in enumerate(series.areas) if area not in unknown]
        if len(kept) < len(series.areas):
            series.areas = [series.areas[at] for at in kept]
            series.values = [series.values[at] for at in kept]
            series.reasons = [series.reasons[at] for at in kept]
    if unknown:
        batch.report.rows_matched -= len(unknown)


def _mostly_unknown(batch: Batch, unknown: set[tuple[str, int]]) -> ImportProblem:
    year = batch.dataset.area_year
    shares = year_shares({code for code, _year in batch.areas})
    likely = max(shares, key=lambda other: shares[other], default=None)
    hint = (
        _("They fit %(year)s better: set area_year to that.") % {"year": likely}
        if likely and likely != year and shares[likely] > MOSTLY
        else _("First import a table that brings the areas of that year, such as the key figures.")
    )
    return ImportProblem(
        _("%(count)s of %(total)s area codes are unknown in %(year)s, for example %(code)s.")
        % {
            "count": len(unknown),
            "total": len(batch.areas),
            "year": year,
            "code": min(unknown)[0],
        },
        file=batch.file,
        column=_("area code"),
        remedy=hint,
    )
