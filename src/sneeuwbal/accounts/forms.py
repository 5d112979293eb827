"""Forms to come in and to say who may work here."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts import throttle, uploads
from sneeuwbal.accounts.models import Role, User
from sneeuwbal.places.models import Area

ROLES = [(value, capfirst(label)) for value, label in Role.choices]


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
        # A page that jumps to its form hides what stands above it.
        self.fields["username"].widget.attrs["autofocus"] = False

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


class RoleForm(forms.Form):
    """A role, and the neighbourhoods it is for."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES, widget=forms.RadioSelect)
    areas = forms.ModelMultipleChoiceField(
        label=_("Only in these neighbourhoods"),
        queryset=Area.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none for every neighbourhood."),
    )

    def __init__(self, *args: Any, areas: QuerySet[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["areas"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = areas


class PersonForm(RoleForm):
    """Someone to add, with a first role."""

    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("With this address the person logs in.")
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("Whoever has an account already keeps the name in it."),
    )
    field_order = ["email", "name", "role", "areas"]


class UploadForm(forms.Form):
    """A file with open data."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, Excel, JSON, GeoJSON, TopoJSON or GeoPackage; at most 200 MB."),
    )
    repair = forms.BooleanField(
        label=_("Mend borders that cross themselves"),
        required=False,
        help_text=_("Otherwise such a border is refused, with its row."),
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse what no importer reads, and what is too large."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if not uploads.is_readable(file.name or ""):
            raise ValidationError(_("This kind of file cannot be imported."))
        if (file.size or 0) > uploads.LARGEST:
            raise ValidationError(_("This file is too large: at most 200 MB."))
        return file
