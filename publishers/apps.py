from django.apps import AppConfig


class PublishersConfig(AppConfig):
    name = "publishers"
    verbose_name = "Publishers and people"
    default_auto_field = "django.db.models.BigAutoField"
