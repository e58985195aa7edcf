"""The Celery application. Tasks are nudges: what is to be done stands in the database."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("domesday")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _spare_the_collector(**_: Any) -> None:
    """Harvests make millions of short-lived objects and no cycles to speak of: look for cycles less often, and never
    among what was imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
