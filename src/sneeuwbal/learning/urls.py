"""Addresses of the learning room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
