from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "sneeuwbal.accounts"
    label = "accounts"
