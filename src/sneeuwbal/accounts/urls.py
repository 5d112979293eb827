"""Addresses of the accounts room."""

from django.urls import path

from sneeuwbal.accounts import entry_views, job_views, open_data_views, people_views

urlpatterns = [
    path("inloggen/", entry_views.login, name="login"),
    path("uitloggen/", entry_views.logout, name="logout"),
    path("account/", entry_views.account, name="account"),
    path("account/wachtwoord/", entry_views.change_password, name="change_password"),
    path("account/wachtwoord/gewijzigd/", entry_views.password_changed, name="password_changed"),
    path("wachtwoord/<uidb64>/<token>/", entry_views.set_password, name="set_password"),
    path("wachtwoord/ingesteld/", entry_views.password_set, name="password_set"),
    path("uitnodiging/<str:token>/", people_views.invitation, name="invitation"),
    path("taak/<int:pk>/", job_views.job, name="job"),
    path("taak/<int:pk>/stoppen/", job_views.cancel_job, name="cancel_job"),
    path("werk/<slug:organisation>/taken/", job_views.jobs, name="jobs"),
    path("werk/<slug:organisation>/mensen/", people_views.people, name="people"),
    path("werk/<slug:organisation>/mensen/nieuw/", people_views.person_new, name="person_new"),
    path("werk/<slug:organisation>/mensen/<int:pk>/", people_views.person_edit, name="person_edit"),
    path(
        "werk/<slug:organisation>/mensen/<int:pk>/beeindigen/",
        people_views.person_end,
        name="person_end",
    ),
    path(
        "werk/<slug:organisation>/mensen/<int:pk>/toegang/",
        people_views.person_link,
        name="person_link",
    ),
    path("werk/<slug:organisation>/gegevens/", open_data_views.open_data, name="open_data"),
    path(
        "werk/<slug:organisation>/gegevens/map/",
        open_data_views.import_folder,
        name="import_folder",
    ),
]
