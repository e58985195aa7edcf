"""`manage.py check_links`: check the links that are due, here and now."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from catalogue.actions import link_queue, link_run
from catalogue.enums import LinkState


class Command(BaseCommand):
    help = (
        "Check the links that are due. Safe to stop and to repeat, and to run beside the workers: each link is checked "
        "by one of them, and no host is asked more than twice a second."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="check every link, whether due or not")
        parser.add_argument("--limit", type=_positive, metavar="N", help="check at most N links")
        parser.add_argument("--json", action="store_true", help="print the counts as one JSON object")

    def handle(self, *, all: bool, limit: int | None, json: bool, **options: Any) -> None:
        if all:
            link_queue.make_all_due(now=timezone.now(), limit=limit)
        total = link_queue.due(timezone.now()).count()
        with tqdm(total=min(total, limit or total), unit=" links", disable=None) as bar:
            try:
                result = link_run.check_due(now=timezone.now, limit=limit, progress=bar.update)
            except KeyboardInterrupt:
                raise CommandError("Stopped. What was checked is kept; the rest is still due.") from None
        self.stdout.write(_as_json(result) if json else _in_words(result))
        if result.our_outage:
            raise CommandError(
                "No server can be reached, those that always work included: check this machine's own network. "
                "What failed was not recorded and will be tried again."
            )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"“{text}” is not a number of links: give one such as 100.")
    return int(text)


def _as_json(result: link_run.RunResult) -> str:
    recorded = result.recorded
    return json.dumps(
        {
            "checked": recorded.states.total(),
            "changed": recorded.moved,
            "ignored": recorded.ignored,
            "states": dict(recorded.states),
        }
    )


def _in_words(result: link_run.RunResult) -> str:
    recorded = result.recorded
    lines = [f"Checked {recorded.states.total():,} links; the state of {recorded.moved:,} changed."]
    lines += [f"  {LinkState(state).label}: {count:,}" for state, count in recorded.states.most_common()]
    return "\n".join(lines)
