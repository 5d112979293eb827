from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "sneeuwbal.learning"
    label = "learning"
