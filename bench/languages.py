"""Speed of everything that the catalogue says in other words: RDF, data.json, dumps, CKAN's packages.

    python -m config.embedded exec python bench/languages.py [DATASETS]

Makes so many generated datasets (30,000 unless told otherwise) in a database of its own, and prints a table: one
dataset in each form, the whole catalogue streamed, the memory that took, a thousand packages, facets of everything.
"""

import gc
import itertools
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import get_runner  # noqa: E402
from django.utils import timezone  # noqa: E402

from catalogue.actions import dumps  # noqa: E402
from catalogue.actions.store import By, Entry, upsert_many  # noqa: E402
from catalogue.api.ckan.arguments import Arguments  # noqa: E402
from catalogue.api.ckan.package_search import package_search  # noqa: E402
from catalogue.drafts import DatasetDraft, ResourceDraft  # noqa: E402
from catalogue.enums import Route, State, Visibility  # noqa: E402
from catalogue.models import Dataset  # noqa: E402
from catalogue.rdf.writers import FORMS, written  # noqa: E402
from catalogue.search.build import rebuild  # noqa: E402
from catalogue.serializers.data_json import data_json  # noqa: E402
from catalogue.serializers.dcat.catalogue import entry_nodes  # noqa: E402
from catalogue.serializers.entries import entries_of, walk  # noqa: E402
from catalogue.serializers.forms import DATASET_FORMS  # noqa: E402
from publishers.actions import add  # noqa: E402
from services.compact_json import dumps as as_json  # noqa: E402

SITE = "https://data.example"
WORDS = [
    "river",
    "bridge",
    "school",
    "air",
    "quality",
    "traffic",
    "budget",
    "spending",
    "health",
    "flood",
    "map",
    "census",
    "road",
    "housing",
    "crime",
    "tree",
]


def fill(count: int) -> None:
    """Datasets of the lengths that real ones have: 600 characters of description, three files."""
    chance = random.Random(7)
    publishers = [add(slug=f"body-{number}", title=f"Body {number}") for number in range(200)]
    by, now = By(Route.COMMAND, label="bench"), timezone.now()

    def draft(number: int) -> DatasetDraft:
        words = chance.choices(WORDS, k=90)
        return DatasetDraft(
            title=" ".join(words[:6]).capitalize(),
            publisher_id=chance.choice(publishers).id,
            name=f"dataset-{number}",
            description=" ".join(words),
            tags=tuple(dict.fromkeys(chance.choices(WORDS, k=5))),
            topic_id="environment" if number % 3 else None,
            licence_id="uk-ogl" if number % 4 else None,
            contact_email="ask@body.example",
            issued=now.date(),
            west=-3.0,
            south=50.0,
            east=1.0,
            north=54.5,
            frequency="annual",
            extras={"guid": f"x-{number}"},
            resources=tuple(
                ResourceDraft(
                    url=f"https://body.example/{number}/{place}.csv", title="Data", format="CSV", format_text="csv"
                )
                for place in range(3)
            ),
        )

    for start in range(0, count, 500):
        entries = [
            Entry(draft(number), state=State.PUBLISHED, visibility=Visibility.PUBLIC)
            for number in range(start, min(start + 500, count))
        ]
        upsert_many(entries, by=by, now=now)


def timed(work: Callable[[], object], times: int = 1) -> list[float]:
    """Milliseconds by the clock, each time."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return taken


def drained(pieces: Iterable[str]) -> int:
    return sum(len(piece) for piece in pieces)


def line(what: str, said: str) -> None:
    print(f"{what:<44} {said}", flush=True)


def one_dataset(ids: list) -> None:
    for ending, form in DATASET_FORMS.items():
        turn = itertools.cycle(ids)

        def work(form=form, turn=turn) -> None:  # type: ignore[no-untyped-def]
            [entry] = entries_of([next(turn)], Dataset.objects.public())
            form.render(entry, None, SITE)

        taken = timed(work, 60)
        line(f"one dataset, {ending}", f"{statistics.median(taken):6.1f} ms (p95 {sorted(taken)[56]:.1f})")


def whole_catalogue(count: int) -> None:
    def streamed(name: str, pieces: Callable[[], Iterable[str]]) -> None:
        gc.collect()
        cpu, start = time.process_time(), time.perf_counter()
        size = drained(pieces())
        clock, cpu = time.perf_counter() - start, time.process_time() - cpu
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        line(
            f"whole catalogue, {name}",
            f"{count / clock:7,.0f} datasets/s ({count / cpu:,.0f} a second of CPU), {size / 1e6:,.0f} MB,"
            f" peak {memory:.0f} MB",
        )

    public = Dataset.objects.public
    streamed("rows alone", lambda: ("" for _ in walk(public())))
    for ending in FORMS:
        streamed(ending, lambda ending=ending: written(entry_nodes(walk(public()), SITE), ending))  # type: ignore[misc]
    streamed("data.json", lambda: (as_json(data_json(entry, SITE)) for entry in walk(public())))


def ckan() -> None:
    for name, arguments in (
        ("package_search, 1,000 rows", {"rows": 1000}),
        ("package_search, 1,000 rows, offset 20,000", {"rows": 1000, "start": 20_000}),
        ("package_search, 4 facets of everything", {
            "rows": 0, "facet.field": '["organization","tags","res_format","license_id"]',
        }),
    ):  # fmt: skip
        package_search(Arguments(arguments))
        cpu = time.process_time()
        taken = timed(lambda arguments=arguments: package_search(Arguments(arguments)), 5)  # type: ignore[misc]
        cpu = 1000 * (time.process_time() - cpu) / 5
        line(name, f"{statistics.median(taken):6.0f} ms, {cpu:.0f} ms of CPU in this process")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000
    runner = get_runner(settings)(verbosity=0, interactive=False)
    old = runner.setup_databases()
    try:
        line("filled", f"{count:,} datasets in {timed(lambda: fill(count))[0] / 1000:.0f} s")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        one_dataset(list(Dataset.objects.public().values_list("id", flat=True)[:200]))
        whole_catalogue(count)
        start = time.perf_counter()
        manifest = dumps.make(now=timezone.now())
        seconds = time.perf_counter() - start
        line("a whole dump, 11 files", f"{seconds:.0f} s, {sum(file.size for file in manifest.files) / 1e6:,.0f} MB")
        rebuild()
        ckan()
    finally:
        runner.teardown_databases(old)


if __name__ == "__main__":
    main()
