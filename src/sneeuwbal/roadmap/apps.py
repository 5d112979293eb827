from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "sneeuwbal.roadmap"
    label = "roadmap"
