from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "sneeuwbal.planning"
    label = "planning"
