from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "sneeuwbal.web"
    label = "web"
