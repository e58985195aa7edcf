"""What the follower of the change log survives, with real processes: after each harm, index and database must agree.

    REAL_DATA_DIR=… python -m config.embedded exec python bench/follow.py [--limit N] [--kills N] [--changes N]

Harvests N of data.gov.uk's packages of 2016 into a scratch database. Two nodes with a directory each follow it, while
entries are edited, hidden, shown again and given times of release. A follower that ends is started again, as
a service manager would. Each harm ends when both nodes have come to the last change; then `manage.py verify_search`
compares every entry. Exit code 1 if any differs.
"""

import argparse
import datetime
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from scratch import say, scratch_database, scratch_url

_PATIENCE = 1_800.0


class Node:
    """One machine's follower and index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {"DATABASE_URL": scratch_url(), "SEARCH_DIR": str(folder)}
        self.starts = 0
        self.start()

    def start(self, *, clock: str = "") -> None:
        """`clock`: by how much its clock is put forward or back."""
        command = [sys.executable, "manage.py", "follow_search"]
        if clock:
            command = ["faketime", "--exclude-monotonic", "-f", clock, *command]
        self.process = subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL)
        self.starts += 1

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait()

    def keep_running(self) -> None:
        if self.process.poll() is not None:
            self.start()

    def position(self) -> int:
        """The change that the index has come to; -1 while there is none."""
        from catalogue.search.location import SCHEMA_HASH

        home = self.folder / SCHEMA_HASH
        try:
            return int(json.loads((home / (home / "current").read_text() / "state.json").read_text())["position"])
        except (OSError, ValueError):
            return -1

    def index(self) -> Path:
        from catalogue.search.location import SCHEMA_HASH

        home = self.folder / SCHEMA_HASH
        return home / (home / "current").read_text() / "index"

    def verify(self) -> dict[str, int]:
        command = [sys.executable, "manage.py", "verify_search", "--json"]
        answer = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        found: dict[str, int] = json.loads(answer.stdout) if answer.stdout else {"unreadable": 1}
        return found


def live(chance: random.Random, count: int) -> None:
    """A few entries change, in one transaction."""
    from django.db import transaction
    from django.utils import timezone

    from catalogue.actions import changes
    from catalogue.enums import ChangeKind, Visibility
    from catalogue.models import Dataset

    now = timezone.now()
    ids = list(Dataset.objects.order_by("id").values_list("id", flat=True))
    with transaction.atomic():
        chosen = chance.sample(ids, count)
        for dataset_id in chosen:
            row = Dataset.objects.filter(id=dataset_id)
            what = chance.random()
            if what < 0.7:
                row.update(title=f"Title {chance.random()}", modified_at=now)
            elif what < 0.8:
                row.update(visibility=Visibility.OFFICIALS, modified_at=now)
            elif what < 0.9:
                row.update(visibility=Visibility.PUBLIC, modified_at=now)
            else:
                row.update(release_at=now + datetime.timedelta(seconds=chance.uniform(-60, 8)), modified_at=now)
        changes.record(chosen, ChangeKind.UPDATED, now=now)


def level(nodes: list[Node]) -> None:
    """Wait until both have come to the last change; start again what has ended meanwhile."""
    from django.db import connection

    from catalogue.actions import changes
    from catalogue.models import Change

    until = time.monotonic() + _PATIENCE
    while True:
        for node in nodes:
            node.keep_running()
        try:
            changes.assign_positions()
            last = Change.objects.exclude(position=None).order_by("-position").values_list("position", flat=True)[0]
            if all(node.position() == last for node in nodes):
                return
        except Exception:  # the database may be on its way up
            connection.close()
        assert time.monotonic() < until, "The index has not come to the last change."
        time.sleep(0.2)


def restart_database() -> None:
    """The project's own PostgreSQL ends at once, cutting every connection; its supervisor starts it again."""
    from django.conf import settings
    from django.db import connection

    from config.embedded.folders import Folders

    record = Folders(var=settings.VAR_DIR).data / "postmaster.pid"
    os.kill(int(record.read_text().split()[0]), signal.SIGINT)
    connection.close()
    while True:
        time.sleep(0.2)
        try:
            connection.ensure_connection()
            return
        except Exception:  # it is on its way up
            connection.close()


def harms(nodes: list[Node], chance: random.Random, options: argparse.Namespace) -> dict[str, Callable[[], object]]:
    """What is done to the first node, or to both, by name."""
    node = nodes[0]

    def several() -> None:
        for _ in range(5):
            live(chance, 40)

    def kill() -> None:
        for _ in range(options.kills):
            live(chance, 40)
            node.keep_running()
            time.sleep(chance.uniform(0, 2.5))  # it is starting, opening, reading, writing or waiting
            node.end(signal.SIGKILL)

    def cut() -> None:
        for file in node.index().iterdir():
            os.truncate(file, file.stat().st_size // 2)
        live(chance, 40)

    def older_schema() -> None:
        node.end()
        home = node.index().parent.parent
        home.rename(home.with_name("0123456789ab"))

    def clock(step: str) -> None:
        node.end()
        node.start(clock=step)
        for _ in range(3):
            live(chance, 40)
            time.sleep(4)
        node.end()

    def many() -> None:
        from django.db import transaction
        from django.db.models import F, Value
        from django.db.models.functions import Concat
        from django.utils import timezone

        from catalogue.actions import changes
        from catalogue.enums import ChangeKind
        from catalogue.models import Dataset

        with transaction.atomic():
            Dataset.objects.update(title=Concat(F("title"), Value(" again")))
            ids = list(Dataset.objects.order_by("id").values_list("id", flat=True))
            for start in range(0, options.changes, len(ids)):
                changes.record(ids[: options.changes - start], ChangeKind.UPDATED, now=timezone.now())

    found: dict[str, Callable[[], object]] = {
        "nothing, while entries change": several,
        f"killed {options.kills} times at random moments": kill,
        "its directory deleted while it runs": lambda: shutil.rmtree(node.folder),
        "every file of the index cut to half while it runs": cut,
        "an index of an older schema alone": older_schema,
        "the database restarted": restart_database,
        f"{options.changes:,} changes in one transaction": many,
    }
    if shutil.which("faketime"):
        found |= {
            "its clock two hours ahead, then right": lambda: clock("+2h"),
            "its clock two hours behind, then right": lambda: clock("-2h"),
        }
    return {name: harm for name, harm in found.items() if options.only in name}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=3_000, help="packages harvested")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--changes", type=int, default=200_000)
    parser.add_argument("--only", default="", metavar="WORDS", help="only harms whose name has these words")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    real = os.environ.get("REAL_DATA_DIR")
    if not real:
        sys.exit("Set REAL_DATA_DIR to the folder of real catalogue metadata.")
    packages = Path(real) / "a_ckan/data.gov.uk-2016/packages.jsonl.gz"
    chance = random.Random(options.seed)
    bad = 0
    with ExitStack() as stack:
        stack.enter_context(scratch_database())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="domesday-bench-"))
        from django.core.management import call_command

        from publishers.actions import add

        add(slug="bench", title="Bench")
        with open(os.devnull, "w") as nowhere:
            call_command(
                *("harvest", "ckan", str(packages)),
                publisher="bench",
                max_records=options.limit,
                stdout=nowhere,
                stderr=nowhere,
            )
        nodes = [Node(Path(folder) / name) for name in ("first", "second")]
        for node in nodes:
            stack.callback(node.end)
        level(nodes)
        say("| harm | seconds | starts | entries | differences, first and second node |\n|---|---|---|---|---|")
        for name, harm in harms(nodes, chance, options).items():
            for node in nodes:
                node.starts = 0
            started = time.monotonic()
            harm()
            live(chance, 40)
            level(nodes)
            took = time.monotonic() - started
            time.sleep(9)  # until the last of the releases
            found = [node.verify() for node in nodes]
            differ = [
                sum(count for key, count in each.items() if key not in ("datasets", "documents", "counts_agree"))
                + (not each.get("counts_agree"))
                for each in found
            ]
            bad += sum(differ)
            starts = nodes[0].starts
            say(f"| {name} | {took:.0f} | {starts} | {found[0].get('datasets', 0):,} | {differ[0]}, {differ[1]} |")
        for node in nodes:
            node.end()
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
        say(f"\nResident at most, of any follower: {most:,.0f} MB.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
