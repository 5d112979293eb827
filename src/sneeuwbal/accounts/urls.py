"""Addresses of the accounts room."""

from django.urls import path

from sneeuwbal.accounts import entry_views, job_views

urlpatterns = [
    path("inloggen/", entry_views.login, name="login"),
    path("uitloggen/", entry_views.logout, name="logout"),
    path("account/", entry_views.account, name="account"),
    path("account/wachtwoord/", entry_views.change_password, name="change_password"),
    path("account/wachtwoord/gewijzigd/", entry_views.password_changed, name="password_changed"),
    path("wachtwoord/<uidb64>/<token>/", entry_views.set_password, name="set_password"),
    path("wachtwoord/ingesteld/", entry_views.password_set, name="password_set"),
    path("taak/<int:pk>/", job_views.job, name="job"),
    path("taak/<int:pk>/stoppen/", job_views.cancel_job, name="cancel_job"),
    path("werk/<slug:organisation>/taken/", job_views.jobs, name="jobs"),
]
