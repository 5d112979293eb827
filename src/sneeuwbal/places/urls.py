"""Addresses of the places room."""

from django.urls import path

from sneeuwbal.places import views

urlpatterns = [
    path("kaart/", views.map_index, name="map_index"),
    path("kaart/<str:code>/", views.area_map, name="map"),
    path("kaart/<str:code>/tabel.csv", views.map_table, name="map_table"),
    path("buurt/<str:code>/<int:year>/", views.profile, name="profile"),
    path("bronnen/", views.datasets, name="datasets"),
]
