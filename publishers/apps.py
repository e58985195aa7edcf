from django.apps import AppConfig


class PublishersConfig(AppConfig):
    name = "publishers"
    verbose_name = "Publishers and people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from publishers.sign_in_log import listen

        listen()
