"""Slow down guessing of passwords and of codes on cards: so many failures, then wait."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from sneeuwbal.accounts.models import FailedLogin

WINDOW = timedelta(minutes=15)
# One person at one address; one account from everywhere; one address for every account.
PER_PAIR, PER_ACCOUNT, PER_ADDRESS = 5, 25, 50
# Codes that are on no card, from one address. Neighbours at a meeting share one address.
UNKNOWN_CARDS = 40


def _address(request: HttpRequest) -> str:
    # In production our own proxy adds the last name to this list; earlier ones can be invented.
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.PRODUCTION else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def _digests(request: HttpRequest, email: str) -> dict[str, int]:
    address, account = _address(request), email.strip().lower()
    limits = {
        f"pair {account} {address}": PER_PAIR,
        f"account {account}": PER_ACCOUNT,
        f"address {address}": PER_ADDRESS,
    }
    return {_digest(text): limit for text, limit in limits.items()}


def _digest(text: str) -> str:
    return salted_hmac("sneeuwbal.failed-login", text, algorithm="sha256").hexdigest()


def must_wait(request: HttpRequest, email: str) -> bool:
    """Whether there were too many failures of late to try again now."""
    return any(_too_often(digest, limit) for digest, limit in _digests(request, email).items())


def _too_often(digest: str, limit: int) -> bool:
    since = timezone.now() - WINDOW
    return FailedLogin.objects.filter(at__gt=since, digest=digest).count() >= limit


def record_failure(request: HttpRequest, email: str) -> None:
    """Count a failure, and forget those that no longer count."""
    _record(_digests(request, email))


def _record(digests: Iterable[str]) -> None:
    FailedLogin.objects.filter(at__lt=timezone.now() - WINDOW).delete()
    FailedLogin.objects.bulk_create(FailedLogin(digest=digest) for digest in digests)


def forget(request: HttpRequest, email: str) -> None:
    """Forget the failures of someone who got in after all."""
    pair = next(iter(_digests(request, email)))
    FailedLogin.objects.filter(digest=pair).delete()


def guesses_cards(request: HttpRequest) -> bool:
    """Whether too many codes that are on no card were tried from this address of late."""
    return _too_often(_digest(f"cards {_address(request)}"), UNKNOWN_CARDS)


def record_unknown_card(request: HttpRequest) -> None:
    """Count a code that is on no card."""
    _record([_digest(f"cards {_address(request)}")])
