"""Addresses of the planning room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
