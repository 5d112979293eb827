"""Download an official table from its publisher: OData v3 and v4, page by page.

Each page is kept as soon as it is complete, so a download that breaks off goes on where it was.
"""

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import certifi
import urllib3
from django.utils.translation import gettext as _

from sneeuwbal.places.batch import Progress
from sneeuwbal.places.odata import AREA_LISTS
from sneeuwbal.places.problems import ImportProblem

CBS_V3 = "https://opendata.cbs.nl/ODataApi/odata/"
# CBS v3 gives at most this many rows per question.
PAGE = 10_000
ATTEMPTS = 6
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 120.0
AGAIN = {408, 425, 429, 500, 502, 503, 504}
LARGEST_PAGE = 200_000_000
LARGEST_TABLE_PAGES = 5_000
CHUNK = 1 << 16
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
DESCRIPTIONS = ("TableInfos", "Properties", "DataProperties", "MeasureCodes", "MeasureGroups")
HTTP_OK = 200

Sleep = Callable[[float], None]


def download_table(
    table: str,
    folder: Path,
    *,
    base: str = "",
    progress: Progress,
    sleep: Sleep = time.sleep,
) -> Path:
    """Download a table with its descriptions and area names into `folder/TABLE`."""
    base = (base or CBS_V3).rstrip("/") + "/"
    check_address(base)
    client = _Client(urlsplit(base).netloc, sleep)
    target = folder / table.upper()
    target.mkdir(parents=True, exist_ok=True)
    root = urljoin(base, table.upper()) + "/"
    service = client.page(root)
    names = [str(one.get("name", "")) for one in _records(service, root)]
    data = next((n for n in ("Observations", "TypedDataSet") if n in names), "")
    if not data:
        raise ImportProblem(
            _("The publisher has no figures under this number."),
            file=root,
            remedy=_("Check the number of the table and the address."),
        )
    area_list = next((name for name in AREA_LISTS if name in names), "")
    wanted = [name for name in (*DESCRIPTIONS, area_list) if name in names]
    _forget_if_renewed(client, root, wanted, target)
    for at, name in enumerate(wanted):
        progress(0.2 * at / len(wanted), f"{table} {name}")
        _download_set(client, root, name, target, lambda _count: None)
    _download_set(
        client, root, data, target, lambda count: progress(0.5, f"{table} {data} {count}")
    )
    progress(1, table)
    return target


def check_address(address: str) -> None:
    """Only encrypted addresses, except on this machine itself."""
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname or parts.username:
        raise ImportProblem(
            _("Data are downloaded from https addresses only."),
            file=address,
            remedy=_("Use the https address of the publisher."),
        )


def _download_set(
    client: "_Client", root: str, name: str, target: Path, told: Callable[[int], None]
) -> None:
    address, rows = _first(root, name), 0
    for number in range(LARGEST_TABLE_PAGES):
        told(rows)
        file = target / f"{name}_{number:06d}.json"
        page = _kept(file)
        if page is None:
            page = client.page(address)
            _records(page, address)
            _keep(file, page)
        count = len(_records(page, address))
        rows += count
        following = page.get("odata.nextLink") or page.get("@odata.nextLink")
        if following:
            address = client.same_host(urljoin(address, str(following)))
        elif count >= PAGE and "odata.metadata" in page:
            address = _first(root, name, skip=rows)
        else:
            return
    raise ImportProblem(_("The table has too many pages."), file=root + name)


def _first(root: str, name: str, skip: int = 0) -> str:
    question = {"$format": "json"}
    if name == "TypedDataSet":
        question |= {"$top": str(PAGE), "$skip": str(skip)}
    elif skip:
        question |= {"$skip": str(skip)}
    return f"{root}{name}?{urlencode(question, safe='$')}"


def _records(page: Any, address: str) -> list[dict[str, Any]]:
    error = page.get("odata.error") or page.get("error") if isinstance(page, dict) else None
    if error:
        raise ImportProblem(
            _("The publisher answered with an error: %(text)s") % {"text": str(error)[:200]},
            file=address,
            remedy=_("Try again later, or ask for fewer rows."),
        )
    records = page.get("value") if isinstance(page, dict) else None
    if not isinstance(records, list):
        raise ImportProblem(
            _("The answer holds no rows."), file=address, remedy=_("Check the address.")
        )
    return records


def _forget_if_renewed(client: "_Client", root: str, wanted: list[str], target: Path) -> None:
    """Pages of an older edition must not be mixed with those of a newer one."""
    name = next((name for name in DESCRIPTIONS[:2] if name in wanted), "")
    if not name:
        return
    now = json.dumps(client.page(_first(root, name)), sort_keys=True)
    mark = target / ".edition"
    if mark.exists() and mark.read_text(encoding="utf-8") != now:
        for old in target.glob("*.json"):
            old.unlink()
    mark.write_text(now, encoding="utf-8")


def _kept(file: Path) -> dict[str, Any] | None:
    with contextlib.suppress(OSError, json.JSONDecodeError):
        page = json.loads(file.read_text(encoding="utf-8"))
        return page if isinstance(page, dict) else None
    return None


def _keep(file: Path, page: dict[str, Any]) -> None:
    """Write beside it and rename, so that a page is there whole or not at all."""
    beside = file.with_suffix(".part")
    beside.write_text(json.dumps(page), encoding="utf-8")
    beside.replace(file)


class _Client:
    """Asks one host for pages; tries again when the host is busy or the line breaks."""

    def __init__(self, host: str, sleep: Sleep) -> None:
        self.host, self.sleep = host, sleep
        self.pool = urllib3.PoolManager(
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
            retries=False,
            timeout=urllib3.Timeout(connect=10, read=60),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip"},
        )

    def same_host(self, address: str) -> str:
        """An address on the same host, or a problem: a page may not send us elsewhere."""
        check_address(address)
        if urlsplit(address).netloc != self.host:
            raise ImportProblem(
                _("The next page lies at another address."),
                file=address,
                remedy=_("Download the table by hand."),
            )
        return address

    def page(self, address: str) -> dict[str, Any]:
        """One page as JSON."""
        text = self._text(self.same_host(address))
        try:
            page = json.loads(text)
        except json.JSONDecodeError as error:
            html = text.lstrip()[:1] == b"<"
            what = (
                _("This is a web page (HTML), not data: probably an error page of the publisher.")
                if html
                else _("The answer is not valid JSON.")
            )
            raise ImportProblem(
                what, file=address, row=error.lineno, remedy=_("Try again later.")
            ) from error
        if not isinstance(page, dict):
            raise ImportProblem(_("The answer holds no rows."), file=address)
        return page

    def _text(self, address: str) -> bytes:
        reason = ""
        wait = 0.0
        for attempt in range(ATTEMPTS):
            if attempt:
                self.sleep(max(wait, FIRST_WAIT_S * 2**attempt))
            try:
                status, wait, text = self._once(address)
            except urllib3.exceptions.HTTPError as error:
                reason, wait = type(error).__name__, 0.0
                continue
            if status == HTTP_OK:
                return text
            reason = f"HTTP {status}"
            if status not in AGAIN:
                break
        raise ImportProblem(
            _("The publisher does not answer well (%(reason)s).") % {"reason": reason},
            file=address,
            remedy=_("Try again later; what was downloaded is kept if you name a --folder."),
        )

    def _once(self, address: str) -> tuple[int, float, bytes]:
        answer = self.pool.request("GET", address, preload_content=False, redirect=False)
        try:
            parts: list[bytes] = []
            size = 0
            for chunk in answer.stream(CHUNK, decode_content=True):
                parts.append(chunk)
                size += len(chunk)
                if size > LARGEST_PAGE:
                    raise ImportProblem(_("The answer is too large."), file=address)
        except BaseException:
            answer.close()
            raise
        answer.release_conn()
        return answer.status, _wait(answer.headers.get("Retry-After")), b"".join(parts)


def _wait(told: str | None) -> float:
    """Seconds that the host asks us to wait; a date or nonsense counts as none."""
    return min(LONGEST_WAIT_S, float(told)) if told and told.strip().isdigit() else 0.0
