"""Forms to come in and to say who may work here."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts import throttle
from sneeuwbal.accounts.models import User


class LoginForm(AuthenticationForm):
    """Ask address and password; after too many failures ask to wait."""

    error_messages = {
        "invalid_login": _(
            "This e-mail address and password do not belong together. Check both. "
            "Mind capitals in the password."
        ),
        "inactive": _("This account was ended. Ask your programme manager."),
        "wait": _("Too many attempts failed. Wait 15 minutes, then try again."),
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        self.fields["password"].label = _("Password")
        self.fields["username"].widget.attrs["autofocus"] = not self.is_bound

    def clean(self) -> dict[str, Any]:
        """Let someone in, unless there were too many failures."""
        email = self.cleaned_data.get("username")
        if not email or not self.request:
            return super().clean()
        if throttle.must_wait(self.request, email):
            raise ValidationError(self.error_messages["wait"], code="wait")
        try:
            result = super().clean()
        except ValidationError:
            throttle.record_failure(self.request, email)
            raise
        throttle.forget(self.request, email)
        return result


class NameForm(forms.ModelForm[User]):
    """How someone is called on screen."""

    class Meta:
        model = User
        fields = ["name"]
