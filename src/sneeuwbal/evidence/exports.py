"""Figures as a table for a spreadsheet: with everything needed to check them."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence import wording
from sneeuwbal.evidence.models import Figure


def source_of(organisation: Organisation) -> str:
    """Say in each row whose it is, and when it is not real."""
    if organisation.fictional:
        return _("%(name)s: fictional data") % {"name": organisation.name}
    if organisation.example_figures:
        return _("%(name)s: example figures, made-up participation") % {"name": organisation.name}
    return organisation.name


def figures_table(organisation: Organisation, figures: Iterable[Figure]) -> list[list[object]]:
    """One row per figure under a header; a number is never without interval, n and method."""
    header: list[object] = [
        _("Source"),
        _("Code"),
        _("Place"),
        _("Figure"),
        _("Value"),
        _("Lowest"),
        _("Highest"),
        _("Level"),
        "n",
        _("Unit"),
        _("Verdict"),
        _("Method"),
        _("As of"),
        _("Fingerprint of the inputs"),
        _("Version"),
    ]
    source = source_of(organisation)
    return [header, *(_row(source, organisation, figure) for figure in figures)]


def _row(source: str, organisation: Organisation, figure: Figure) -> list[object]:
    return [
        source,
        figure.area.code if figure.area else "",
        figure.area.name if figure.area else organisation.name,
        figure.get_kind_display(),
        figure.value,
        figure.low,
        figure.high,
        figure.level,
        figure.n,
        figure.unit,
        wording.label(figure),
        wording.method(figure),
        figure.as_of.isoformat(),
        figure.inputs_digest,
        figure.code_version,
    ]
