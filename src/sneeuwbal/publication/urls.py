"""Addresses of the publication room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
