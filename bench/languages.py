"""Speed of everything that the catalogue says in other words: RDF, data.json, dumps, CKAN's packages.

    python -m config.embedded exec python bench/languages.py [--datasets N] [--keep] [--parts one,ckan] [--forms ttl]

Makes so many generated datasets (30,000 unless told otherwise) in a database of its own, and prints a table: one
dataset in each form, by whole requests; the whole catalogue streamed, the memory that took; a dump of all files; a
thousand packages; facets of everything and of large parts. `--keep` leaves the database there, and takes what an
earlier run left, this benchmark's or `bench/quality.py --copies 30 --keep --no-speeds`, with real packages.
"""

import argparse
import gc
import itertools
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterable

from scratch import scratch_database, set_up

set_up()

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from catalogue.actions import dumps
from catalogue.actions.entry import By, Entry
from catalogue.actions.store import upsert_many
from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.package_search import package_search
from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.enums import Route, State, Visibility
from catalogue.models import Dataset
from catalogue.rdf.writers import FORMS, written
from catalogue.search.build import rebuild
from catalogue.search.index import SearchUnavailable, reading
from catalogue.serializers.data_json import data_json
from catalogue.serializers.dcat.catalogue import entry_nodes
from catalogue.serializers.entries import entries_of, walk
from config.wsgi import settle_garbage
from publishers.actions import add
from publishers.models import Publisher
from services.compact_json import dumps as as_json

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


def timed(work: Callable[[], object], times: int = 1) -> tuple[list[float], float]:
    """Milliseconds by the clock, each time; and of this process's processor, on average."""
    taken = []
    cpu = time.process_time()
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return taken, 1000 * (time.process_time() - cpu) / times


def drained(pieces: Iterable[str]) -> int:
    return sum(len(piece) for piece in pieces)


def line(what: str, said: str) -> None:
    print(f"{what:<44} {said}", flush=True)


#: What one entry can be had as; the page carries schema.org's words.
ADDRESSES = (
    *(f"/dataset/{{id}}.{ending}" for ending in ("ttl", "rdf", "jsonld", "nt", "uk.json", "dcat-us.json")),
    *(f"/dataset/{{id}}.{ending}" for ending in ("croissant.json", "datacite.json", "bib", "ris")),
    *("/api/v1/datasets/{id}", "/api/3/action/package_show?id={id}", "/id/{id}", "/dataset/{id}/{name}"),
)


def one_dataset() -> None:
    settings.API_RATE_LIMIT = 0
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    client = Client(SERVER_NAME="127.0.0.1")
    some = list(Dataset.objects.public().order_by("id").values("id", "name")[:200])
    for address in ADDRESSES:
        turn = itertools.cycle(some)

        def work(address: str = address, turn: Iterable = turn) -> None:  # type: ignore[type-arg]
            response = client.get(address.format(**next(turn)))  # type: ignore[call-overload]
            assert response.status_code in (200, 302), (address, response.status_code)

        timed(work, 3)
        taken, cpu = timed(work, 60)
        line(f"GET {address}", f"{cpu:5.1f} ms of CPU; by the clock {statistics.median(taken):6.1f} ms")
    entries = entries_of([one["id"] for one in some], Dataset.objects.public())
    _, cpu = timed(lambda: [as_json(data_json(entry, SITE)) for entry in entries], 3)
    line("DCAT-US 1.1, an entry of /data.json", f"{cpu / len(entries):5.2f} ms of CPU")


def whole_catalogue(count: int, forms: list[str]) -> None:
    def streamed(name: str, pieces: Callable[[], Iterable[str]]) -> None:
        gc.collect()
        cpu, start = time.process_time(), time.perf_counter()
        size = drained(pieces())
        clock, cpu = time.perf_counter() - start, time.process_time() - cpu
        line(
            f"whole catalogue, {name}",
            f"{count / clock:7,.0f} datasets/s ({count / cpu:,.0f} a second of CPU), {size / 1e6:,.0f} MB,"
            f" peak {peak():.0f} MB",
        )

    public = Dataset.objects.public
    streamed("rows alone", lambda: ("" for _ in walk(public())))
    for ending in forms:
        streamed(ending, lambda ending=ending: written(entry_nodes(walk(public()), SITE), ending))  # type: ignore[misc]
    streamed("data.json", lambda: (as_json(data_json(entry, SITE)) for entry in walk(public())))


def is_built(count: int) -> bool:
    """Whether an earlier run left the index of so many."""
    try:
        with reading() as snapshot:
            return bool(snapshot.searcher.num_docs == count)
    except SearchUnavailable:
        return False


def ckan() -> None:
    body = Publisher.objects.annotate(size=Count("datasets")).order_by("-size", "id")[0]
    facets = '["organization","tags","res_format","license_id"]'
    for name, arguments in (
        ("package_search, 1,000 rows", {"rows": 1000}),
        ("package_search, 1,000 rows, offset 20,000", {"rows": 1000, "start": 20_000}),
        ("package_search, 1,000 rows, far down", {"rows": 1000, "start": 8 * Dataset.objects.public().count() // 10}),
        ("package_search, 10 rows of words", {"q": "data"}),
        ("4 facets of everything", {"rows": 0, "facet.field": facets}),
        ("4 facets of the largest publisher", {"rows": 0, "facet.field": facets, "fq": f"organization:{body.slug}"}),
        ("4 facets of all CSV", {"rows": 0, "facet.field": facets, "fq": "res_format:CSV"}),
        ("4 facets of a licence", {"rows": 0, "facet.field": facets, "fq": "license_id:uk-ogl"}),
        ("4 facets of all but a topic", {"rows": 0, "facet.field": facets, "fq": "-groups:environment"}),
        ("4 facets of CSV or XLS of a licence", {
            "rows": 0, "facet.field": facets, "fq": "license_id:uk-ogl AND (res_format:CSV OR res_format:XLS)",
        }),
        ("4 facets of words", {"rows": 0, "facet.field": facets, "q": "data"}),
    ):  # fmt: skip
        first, _ = timed(lambda arguments=arguments: package_search(Arguments(arguments)))  # type: ignore[misc]
        taken, cpu = timed(lambda arguments=arguments: package_search(Arguments(arguments)), 5)  # type: ignore[misc]
        line(name, f"{cpu:6.0f} ms of CPU; by the clock {statistics.median(taken):6.0f} ms, at first {first[0]:.0f} ms")


def dump() -> None:
    cpu, start = time.process_time(), time.perf_counter()
    manifest = dumps.make(now=timezone.now())
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    size = sum(file.size for file in manifest.files) / 1e6
    line("a whole dump, 11 files", f"{seconds:.0f} s ({cpu:.0f} s of CPU), {size:,.0f} MB, peak {peak():.0f} MB")


def peak() -> float:
    """The most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", type=int, default=30_000, help="make so many")
    parser.add_argument("--keep", action="store_true", help="keep the database, and use what an earlier run kept")
    parser.add_argument("--parts", default="one,whole,dump,ckan", help="what to measure, with commas between")
    parser.add_argument("--forms", default=",".join(FORMS), help="forms of RDF to stream the whole catalogue in")
    arguments = parser.parse_args()
    parts = arguments.parts.split(",")
    with scratch_database(kept=arguments.keep) as is_filled:
        if not is_filled:
            taken, _ = timed(lambda: fill(arguments.datasets))
            line("filled", f"{arguments.datasets:,} datasets in {taken[0] / 1000:.0f} s")
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        cache.clear()
        settle_garbage()
        count = Dataset.objects.public().count()
        line("public datasets", f"{count:,}")
        for part, measure in (
            ("one", one_dataset),
            ("whole", lambda: whole_catalogue(count, arguments.forms.split(","))),
            ("dump", dump),
        ):
            if part in parts:
                measure()  # type: ignore[operator]
        if "ckan" in parts:
            if not (arguments.keep and is_built(count)):
                taken, _ = timed(rebuild)
                line("the search index", f"{taken[0] / 1000:.0f} s")
            ckan()


if __name__ == "__main__":
    main()
