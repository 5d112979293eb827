from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "sneeuwbal.outreach"
    label = "outreach"
