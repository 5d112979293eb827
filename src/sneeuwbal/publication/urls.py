"""Addresses of the publication room."""

from django.urls import path

from sneeuwbal.publication import views

urlpatterns = [
    path("openbaar/", views.public_index, name="public_index"),
    path("openbaar/buurt/<str:code>/", views.public_neighbourhood, name="public_neighbourhood"),
    path("openbaar/<str:code>/", views.public_municipality, name="public_municipality"),
    path("openbaar/<str:code>/buurtregister.csv", views.register_csv, name="register_csv"),
    path("werk/<slug:organisation>/publiceren/", views.releases, name="releases"),
    path("werk/<slug:organisation>/publiceren/nu/", views.release_now, name="release_now"),
    path(
        "werk/<slug:organisation>/publiceren/<int:pk>/intrekken/",
        views.withdraw,
        name="withdraw_release",
    ),
    path(
        "werk/<slug:organisation>/publiceren/<int:pk>/terugzetten/",
        views.restore,
        name="restore_release",
    ),
]
