"""Slow down guessing of passwords: so many failures, then wait."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from sneeuwbal.accounts.models import FailedLogin

WINDOW = timedelta(minutes=15)
# One person at one address; one account from everywhere; one address for every account.
PER_PAIR, PER_ACCOUNT, PER_ADDRESS = 5, 25, 50


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
    return {
        salted_hmac("sneeuwbal.failed-login", text, algorithm="sha256").hexdigest(): limit
        for text, limit in limits.items()
    }


def must_wait(request: HttpRequest, email: str) -> bool:
    """Whether there were too many failures of late to try again now."""
    since = timezone.now() - WINDOW
    recent = FailedLogin.objects.filter(at__gt=since)
    return any(
        recent.filter(digest=digest).count() >= limit
        for digest, limit in _digests(request, email).items()
    )


def record_failure(request: HttpRequest, email: str) -> None:
    """Count a failure, and forget those that no longer count."""
    FailedLogin.objects.filter(at__lt=timezone.now() - WINDOW).delete()
    FailedLogin.objects.bulk_create(
        FailedLogin(digest=digest) for digest in _digests(request, email)
    )


def forget(request: HttpRequest, email: str) -> None:
    """Forget the failures of someone who got in after all."""
    pair = next(iter(_digests(request, email)))
    FailedLogin.objects.filter(digest=pair).delete()
