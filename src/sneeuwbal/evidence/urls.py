"""Addresses of the evidence room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
