"""A process that shares a large run: reads portions of records and stores them, until there are no more.

Started by `harvest.pipeline.crew`, which says what run it is and gives portions over standard input. It works under the
run's lease, proved at each commit: when that is lost, or the worker that gave it out dies, nothing more is written.
"""

import datetime
import os
import pickle
import signal
import sys
from functools import partial
from typing import IO

import django


def main() -> None:
    # Whoever stops the worker by the keyboard stops this one too: the worker's end closes our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    given, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not stand among what we tell
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    _work(given, told)


def _work(given: IO[bytes], told: IO[bytes]) -> None:
    from django.db import InterfaceError, OperationalError, connection

    from harvest.enums import SourceKind
    from harvest.models import Run
    from harvest.normalise import NORMALISERS
    from harvest.pipeline.claim import Lease, LeaseLost
    from harvest.pipeline.crew import Told, store_portion
    from harvest.pipeline.job import Job
    from harvest.pipeline.publisher_rule import PublisherChooser
    from harvest.sources import ADAPTERS

    task = pickle.load(given)
    connection.settings_dict.update(task.database)
    run = Run.objects.select_related("source__publisher").get(id=task.run_id)
    kind = SourceKind(run.source.kind)
    lease = Lease(task.run_id, task.token)
    chooser = PublisherChooser(run.source)
    while True:
        try:
            now, portion = pickle.load(given)
        except EOFError:
            return
        job = Job(run, run.source, lease, ADAPTERS[kind], NORMALISERS[kind], partial(_same, now))
        try:
            store_portion(job, chooser, portion)
            said = Told(tally=job.tally)
        except LeaseLost:
            said = Told(is_lease_lost=True)
        except (OperationalError, InterfaceError) as failure:
            said = Told(is_database=True, failure=repr(failure))
        except Exception as failure:
            said = Told(failure=repr(failure))
        pickle.dump(said, told, protocol=pickle.HIGHEST_PROTOCOL)
        told.flush()


def _same(moment: datetime.datetime) -> datetime.datetime:
    """A clock that stands, as the worker's did when it gave the portion out."""
    return moment


if __name__ == "__main__":
    main()
