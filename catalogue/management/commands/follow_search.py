"""`manage.py follow_search`: the process that keeps this machine's search index up with the database."""

import logging
import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from catalogue.actions import changes
from catalogue.search.follow import follow


class Command(BaseCommand):
    help = (
        "Keeps this machine's search index up with the database; builds it first where there is none."
        " Runs until it is told to stop."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("catalogue.search").setLevel(logging.INFO)
        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        with tqdm(desc="Indexing", unit=" datasets", disable=None, delay=1) as bar:
            follow(
                stopping.is_set,
                sequence=changes.assign_positions,
                channel=changes.CHANNEL,
                progress=bar.update,
            )
