"""Filters and tags that every page may use: numbers, empty states, badges, links.

A number that measures something is shown with its interval, n and method, or not at all.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from math import isfinite
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext

from sneeuwbal.accounts import jobs
from sneeuwbal.accounts.models import Job, Organisation
from sneeuwbal.web import navigation

register = template.Library()
FIRST_WEEK = date(2018, 1, 1)
NOTHING = "–"
MINUS = "−"
SPACE = "\N{NO-BREAK SPACE}"
BADGES = {"neutral", "safe", "warning", "danger", "active", "inactive"}


@register.filter
def number(value: float | str | None, decimals: int = 0) -> str:
    """Write a number as the reader's language does; None and NaN become a dash."""
    if value is None or value == "" or not isfinite(float(value)):
        return NOTHING
    text = number_format(round(float(value), decimals), decimals, force_grouping=True)
    zero = not text.strip("-0.,")
    return text.lstrip("-") if zero else text.replace("-", MINUS)


@register.filter
def percent(share: float | None, decimals: int = 0) -> str:
    """Write a share in [0, 1] as a percentage."""
    text = number(None if share is None else 100 * share, decimals)
    return text if text == NOTHING else f"{text}{SPACE}%"


@register.filter
def euro(amount: float | None, decimals: int = 0) -> str:
    """Write an amount of euros."""
    text = number(amount, decimals)
    if text == NOTHING:
        return text
    space = SPACE if get_language() == "nl" else ""
    return f"€{space}{text}"


@register.filter
def week_start(week: int | None) -> date | None:
    """Turn a week of the ledger (whole weeks since Monday 1 January 2018) into its Monday."""
    return None if week is None else FIRST_WEEK + timedelta(weeks=int(week))


@register.filter
def lookup(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Give what a mapping holds for a key that is itself a variable."""
    return mapping.get(key) if mapping else None


@register.simple_tag
def interval(low: float | None, high: float | None, decimals: int = 1) -> str:
    """Write "0.4 to 1.1"; nothing where there is no interval."""
    if low is None or high is None:
        return ""
    return pgettext("interval", "%(low)s to %(high)s") % {
        "low": number(low, decimals),
        "high": number(high, decimals),
    }


@register.inclusion_tag("web/stat.html")
def stat(
    *,
    label: str,
    value: float | None,
    n: int | None = None,
    method: str = "",
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    decimals: int = 1,
    withheld: str = "",
    share: bool = False,
    counted: bool = False,
    as_of: date | None = None,
    large: bool = False,
) -> dict[str, Any]:
    """Show one number with interval, n, method and date; a withheld one with its reason.

    `share`: value, low and high lie in [0, 1] and are shown as percentages. `counted`: an exact
    count, which has no interval. Raises ValueError for a number without n or method.
    """
    shown = value is not None and not withheld
    if shown and (n is None or not method):
        raise ValueError(f"a number is shown with its n and method: {label}")
    scale = 100 if share else 1
    scaled = [None if part is None else part * scale for part in (value, low, high)]
    return {
        "label": label,
        "value": number(scaled[0], decimals),
        "interval": interval(scaled[1], scaled[2], decimals),
        "unit": "%" if share else unit,
        "n": n,
        "method": method,
        "as_of": as_of,
        "withheld": withheld if withheld else "" if shown else gettext("too little to say"),
        "counted": counted,
        "large": large,
    }


@register.inclusion_tag("web/empty_state.html")
def empty_state(title: str, text: str, url: str = "", label: str = "") -> dict[str, str]:
    """Say that there is nothing yet and what to do next."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.simple_tag
def badge(text: str, kind: str = "neutral") -> SafeString:
    """Show a status in words, with a colour."""
    if kind not in BADGES:
        raise ValueError(f"no such badge: {kind}")
    name = "utrecht-status-badge"
    return format_html('<span class="{} {}--{}">{}</span>', name, name, kind, text)


@register.inclusion_tag("accounts/job_progress.html", takes_context=True)
def job_progress(context: template.Context, job: Job) -> dict[str, Any]:
    """Show how far long work is; it renews itself every second and can be cancelled."""
    user = context.get("user")
    return {
        "job": jobs.follow(job),
        "may_stop": user is not None and job.asked_by_id == user.pk,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("web/navigation.html", takes_context=True)
def site_navigation(context: template.Context) -> dict[str, Any]:
    """Links of the whole site."""
    links = navigation.of_site(context["request"])
    return {"label": gettext("Pages of this site"), "links": links}


@register.inclusion_tag("web/navigation.html", takes_context=True)
def organisation_navigation(context: template.Context) -> dict[str, Any]:
    """Links of one organisation's work."""
    organisation = context["organisation"]
    links = navigation.of_organisation(context["request"], organisation, context["rights"])
    return {"label": gettext("Steps of %(name)s") % {"name": organisation.name}, "links": links}


@register.simple_tag(takes_context=True)
def page_title(context: template.Context) -> str:
    """Repeat the block `title` of the page, for the end of the breadcrumbs."""
    assert context.render_context is not None
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block("title")
    return mark_safe(" ".join(block.render(context).split()))  # noqa: S308 - drawn by a template


@lru_cache
def _exists(path: str) -> bool:
    return finders.find(path) is not None


@register.simple_tag
def theme_stylesheet(organisation: Organisation | None) -> str:
    """Address of an organisation's own colours, when there is such a file."""
    if not organisation or not organisation.theme:
        return ""
    path = f"themes/{organisation.theme}.css"
    return static(path) if _exists(path) else ""
