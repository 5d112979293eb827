"""How every form of the site is drawn."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Draw fields with the templates in web/templates/django/forms."""

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"
