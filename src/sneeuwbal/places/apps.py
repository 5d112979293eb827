from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "sneeuwbal.places"
    label = "places"
