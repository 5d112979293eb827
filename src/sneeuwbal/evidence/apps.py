from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "sneeuwbal.evidence"
    label = "evidence"
