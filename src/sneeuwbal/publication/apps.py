from django.apps import AppConfig


class PublicationConfig(AppConfig):
    name = "sneeuwbal.publication"
    label = "publication"
