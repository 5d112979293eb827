"""Coming in, going out, and one's own account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext

from sneeuwbal.accounts import access, examples
from sneeuwbal.accounts.forms import LoginForm, NameForm
from sneeuwbal.accounts.models import Membership, User


class Login(auth.LoginView):
    """Ask address and password; in the demo, offer its accounts."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """Add the accounts of the demo; there are none elsewhere."""
        found = {"examples": examples.accounts(), "demo_password": settings.DEMO_PASSWORD}
        return super().get_context_data(**context) | found


login = access.public(Login.as_view())
logout = access.public(auth.LogoutView.as_view())
change_password = access.signed_in(
    auth.PasswordChangeView.as_view(
        template_name="accounts/password.html", success_url=reverse_lazy("password_changed")
    )
)
# The address in a link that a programme manager hands over; it works once and for a few days.
set_password = access.public(
    auth.PasswordResetConfirmView.as_view(
        template_name="accounts/set_password.html", success_url=reverse_lazy("password_set")
    )
)


@access.signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own account, with the roles; let the name be changed."""
    assert isinstance(request.user, User)
    form = NameForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Your name was changed."))
        return redirect("account")
    roles = Membership.objects.filter(user=request.user).select_related("organisation")
    context = {"form": form, "memberships": roles.prefetch_related("areas")}
    return render(request, "accounts/account.html", context)


@access.signed_in
def password_changed(request: HttpRequest) -> HttpResponse:
    """Say that the password was changed and go back to the account."""
    messages.success(request, gettext("Your password was changed."))
    return redirect("account")


@access.public
def password_set(request: HttpRequest) -> HttpResponse:
    """Say that the password was set and ask to log in with it."""
    messages.success(request, gettext("Your password was set. Log in with it."))
    return redirect("login")
