"""Addresses of the roadmap room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
