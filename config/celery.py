"""The Celery application. Tasks are nudges: what is to be done stands in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("domesday")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
