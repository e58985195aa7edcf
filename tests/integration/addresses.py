"""Every address of the site, with examples, but those of the admin and of CKAN's API.

Tests walk them all, and fail when one is missing.
"""

import re
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver

from catalogue.api.ckan.registry import ACTIONS, WRITES
from catalogue.models import Dataset

#: The route that answers for every address under /api/v1 that no other takes.
UNKNOWN_API = "^api/v1(?:/(?P<path>[\\s\\S]*))?$"

#: Pages for people with an account that stand in no namespace of their own: their names are given.
FOR_PEOPLE = ("admin/login/", "admin/password_change/", "admin/r/", "sign-in/code", "second-step")

#: Route → addresses. `{id}`, `{name}`, `{file}`, `{publisher}` and `{source}` are filled in for an entry.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "": ("/",),
    "search": (
        "/search",
        "/search?q=salmon",
        "/search?q=salmon&sort=recent&page=2",
        "/search?q=salmon&sort=title",
        "/search?q=salmon&filters[publisher]={publisher}&filters[topic]=health&filters[format]=CSV",
        "/search?q=salmon&area=leeds&bbox=-2,53,0,54&covers_from=2019&updated_to=March+2030",
        "/search?q=nothing+like+it&area=atlantis&updated_from=yesterday",
    ),
    "search/filters/<str:facet>": ("/search/filters/publisher?q=salmon", "/search/filters/place?find=e"),
    "search.atom": ("/search.atom?q=salmon",),
    "search.csv": ("/search.csv", "/search.csv?q=salmon&filters[publisher]={publisher}"),
    "search.json": ("/search.json?q=salmon&area=england",),
    "topics": ("/topics",),
    "publishers": ("/publishers", "/publishers?q=agency", "/publishers?view=tree"),
    "publisher/<slug:slug>": ("/publisher/{publisher}",),
    "inventory": ("/inventory", "/inventory?q=salmon&publisher={publisher}"),
    "links": ("/links", "/links?publisher={publisher}", "/links?host=data.example.gov.uk&page=2"),
    "links.csv": ("/links.csv", "/links.csv?publisher={publisher}"),
    "quality": ("/quality",),
    "quality/method": ("/quality/method",),
    "quality/criteria/<str:key>": (
        "/quality/criteria/links",
        "/quality/criteria/contact?publisher={publisher}&after=5-00000000-0000-4000-8000-000000000000",
        "/quality/criteria/dates?topic=health",
    ),
    "quality/publishers": ("/quality/publishers", "/quality/publishers?sort=worst&with=below&page=1"),
    "quality/publishers.csv": ("/quality/publishers.csv", "/quality/publishers.csv?with=below"),
    "quality/publishers/<slug:slug>": ("/quality/publishers/{publisher}",),
    "quality/topics": ("/quality/topics",),
    "quality/topics.csv": ("/quality/topics.csv",),
    "quality/topics/<slug:slug>": ("/quality/topics/health",),
    "quality/snapshots": ("/quality/snapshots",),
    "quality/snapshots/<str:quarter>.csv": ("/quality/snapshots/2026-Q3.csv",),
    "api": ("/api",),
    "accessibility": ("/accessibility",),
    "privacy": ("/privacy",),
    "^catalog\\.(?P<form>ttl|rdf|jsonld|nt)$": (
        "/catalog.ttl",
        "/catalog.rdf?page=1",
        "/catalog.jsonld",
        "/catalog.nt",
        "/catalog.ttl?page=all",
    ),
    "^dataset/(?P<dataset_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.(?P<form>[a-z.-]{2,20})$": (
        "/dataset/{id}.ttl",
        "/dataset/{id}.rdf",
        "/dataset/{id}.jsonld",
        "/dataset/{id}.nt",
        "/dataset/{id}.uk.json",
        "/dataset/{id}.dcat-us.json",
        "/dataset/{id}.bib",
        "/dataset/{id}.ris",
        "/dataset/{id}.datacite.json",
    ),
    "dataset/<uuid:dataset_id>.croissant.json": ("/dataset/{id}.croissant.json",),
    "dataset/<uuid:dataset_id>": ("/dataset/{id}",),
    "dataset/<uuid:dataset_id>/<str:name>/history": (
        "/dataset/{id}/{name}/history",
        "/dataset/{id}/{name}/history?from=1&to=2",
        "/dataset/{id}/{name}/history?from=1&to=1",
    ),
    "dataset/<uuid:dataset_id>/<str:name>": ("/dataset/{id}/{name}", "/dataset/{id}/an-older-name"),
    "dataset/<str:name>": ("/dataset/{name}",),
    "dataset/<str:name>/resource/<uuid:resource_id>": (
        "/dataset/{name}/resource/{file}",
        "/dataset/{id}/resource/{file}",
    ),
    "dataset/<uuid:dataset_id>/<str:name>/datafile/<uuid:resource_id>/preview": (
        "/dataset/{id}/{name}/datafile/{file}/preview",
        "/dataset/{id}/{name}/datafile/{file}/preview?view=columns",
        "/dataset/{id}/{name}/datafile/{file}/preview?view=chart",
        "/dataset/{id}/{name}/datafile/{file}/preview?view=checks",
    ),
    "dataset/<uuid:dataset_id>/<str:name>/datafile/<uuid:resource_id>/download.<str:ending>": (
        "/dataset/{id}/{name}/datafile/{file}/download.csv",
        "/dataset/{id}/{name}/datafile/{file}/download.json",
        "/dataset/{id}/{name}/datafile/{file}/download.parquet",
        "/dataset/{id}/{name}/datafile/{file}/download.geojson",
    ),
    "id": ("/id?identifier={name}", "/id?identifier=guid-{name}", "/id"),
    "id/<path:identifier>": ("/id/{id}", "/id/{name}", "/id/{file}", "/id/guid-{name}"),
    "feeds/catalogue.atom": ("/feeds/catalogue.atom",),
    "feeds/publisher/<slug:slug>.atom": ("/feeds/publisher/{publisher}.atom",),
    "feeds/dataset/<uuid:dataset_id>.atom": ("/feeds/dataset/{id}.atom",),
    "data.json": ("/data.json",),
    "dcat-us-3.json": ("/dcat-us-3.json",),
    "data/dumps": ("/data/dumps",),
    "data/dumps/manifest.json": ("/data/dumps/manifest.json",),
    "data/dumps/SHA256SUMS": ("/data/dumps/SHA256SUMS",),
    "data/dumps/<str:name>": ("/data/dumps/datasets.jsonl.gz", "/data/dumps/nothing"),
    "data/search": ("/data/search?q=salmon", "/data/search?publisher={publisher}"),
    "healthz": ("/healthz",),
    "favicon.ico": ("/favicon.ico",),
    "robots.txt": ("/robots.txt",),
    "sitemap.xml": ("/sitemap.xml",),
    "^sitemap-(?P<number>[0-9]{1,6})\\.xml$": ("/sitemap-1.xml",),
    "harvest": ("/harvest",),
    "harvest/<slug:slug>": ("/harvest/{source}",),
    "harvest/<slug:slug>/problems.csv": ("/harvest/{source}/problems.csv",),
    "harvest/<slug:slug>/records/<int:number>": ("/harvest/{source}/records/1", "/harvest/{source}/records/{record}"),
    "harvest/<slug:slug>/records/<int:number>/raw": (
        "/harvest/{source}/records/1/raw",
        "/harvest/{source}/records/{record}/raw",
    ),
    "api/v1/datasets": (
        "/api/v1/datasets",
        "/api/v1/datasets?page_size=100&publisher={publisher}",
        "/api/v1/datasets?tag=salmon",
        "/api/v1/datasets?link_state=unchecked",
        "/api/v1/datasets?origin_id=guid-{name}",
    ),
    "api/v1/datasets/<str:key>": ("/api/v1/datasets/{id}", "/api/v1/datasets/{name}"),
    "api/v1/datasets/<str:key>/quality": ("/api/v1/datasets/{id}/quality", "/api/v1/datasets/{name}/quality"),
    "api/v1/datasets/<str:key>/files": (),
    "api/v1/resources/<uuid:resource_id>/file": ("/api/v1/resources/{file}/file",),
    "dataset/<uuid:dataset_id>/download/<uuid:resource_id>/<str:file_name>": ("/dataset/{id}/download/{file}/x.csv",),
    "api/v1/datasets/<str:key>/proposal": ("/api/v1/datasets/{id}/proposal",),
    "api/v1/datasets/<str:key>/proposal/approve": (),
    "api/v1/datasets/<str:key>/proposal/send-back": (),
    "api/v1/datasets/<str:key>/submit": (),
    "api/v1/datasets/<str:key>/publish": (),
    "api/v1/datasets/<str:key>/withdraw": (),
    "api/v1/datasets/<str:key>/resources": (),
    "api/v1/datasets/<str:key>/resources/order": (),
    "api/v1/resources": ("/api/v1/resources", "/api/v1/resources?page_size=100"),
    "api/v1/resources/<uuid:resource_id>": ("/api/v1/resources/{file}",),
    "api/v1/resources/<uuid:resource_id>/rows": ("/api/v1/resources/{file}/rows",),
    "api/v1/resources/<uuid:resource_id>/profile": ("/api/v1/resources/{file}/profile",),
    "api/v1/resources/<uuid:resource_id>/check": (),
    "api/v1/publishers": ("/api/v1/publishers",),
    "api/v1/publishers/<slug:slug>": ("/api/v1/publishers/{publisher}",),
    "api/v1/search": (
        "/api/v1/search",
        "/api/v1/search?q=salmon",
        "/api/v1/search?filters[publisher]={publisher}&sort=recent",
        "/api/v1/search?q=salmon&sort=title",
    ),
    "api/v1/suggest": ("/api/v1/suggest", "/api/v1/suggest?q=salm"),
    "api/v1/quality": ("/api/v1/quality",),
    "api/v1/quality/publishers": ("/api/v1/quality/publishers", "/api/v1/quality/publishers?with=below"),
    "api/v1/quality/topics": ("/api/v1/quality/topics",),
    "api/v1/quality/history": ("/api/v1/quality/history", "/api/v1/quality/history?publisher={publisher}"),
    "api/v1/quality/snapshots": ("/api/v1/quality/snapshots",),
    "api/v1/quality/snapshots/<str:quarter>": ("/api/v1/quality/snapshots/2026-Q3",),
    "api/v1/changes": ("/api/v1/changes", "/api/v1/changes?since=1"),
    "api/v1/openapi.json": ("/api/v1/openapi.json",),
    "api/v1/docs": ("/api/v1/docs",),
    "api/v1/harvest/sources": ("/api/v1/harvest/sources",),
    "api/v1/harvest/runs": ("/api/v1/harvest/runs",),
    # CKAN's API, every action that lists or shows: it takes POST too, and answers the same to everybody
    "api/^3/?$": ("/api/3",),
    "api/3/action/<str:name>": (
        "/api/3/action/package_search?q=salmon&rows=100&facet.field=[%22organization%22,%22tags%22]",
        "/api/3/action/package_list?limit=1000",
        "/api/3/action/package_show?id={id}",
        "/api/3/action/package_show?id={name}",
        "/api/3/action/current_package_list_with_resources?limit=100",
        "/api/3/action/package_autocomplete?q=salmon",
        "/api/3/action/resource_show?id={file}",
        "/api/3/action/resource_search?query=format:CSV",
        "/api/3/action/format_autocomplete?q=c",
        "/api/3/action/organization_list?all_fields=true",
        "/api/3/action/organization_show?id={publisher}&include_datasets=true",
        "/api/3/action/organization_autocomplete?q=agency",
        "/api/3/action/group_list?all_fields=true",
        "/api/3/action/group_show?id=health&include_datasets=true",
        "/api/3/action/group_package_show?id=health",
        "/api/3/action/group_autocomplete?q=health",
        "/api/3/action/tag_list",
        "/api/3/action/tag_show?id=salmon&include_datasets=true",
        "/api/3/action/tag_search?query=a",
        "/api/3/action/tag_autocomplete?query=a",
        "/api/3/action/vocabulary_list",
        "/api/3/action/vocabulary_show?id=themes",
        "/api/3/action/dataset_follower_count?id={id}",
        "/api/3/action/organization_follower_count?id={publisher}",
        "/api/3/action/group_follower_count?id=health",
        "/api/3/action/user_follower_count?id=1",
        "/api/3/action/user_show?id=1",
        "/api/3/action/user_list",
        "/api/3/action/organization_list_for_user",
        "/api/3/action/member_list?id={publisher}",
        "/api/3/action/member_roles_list",
        "/api/3/action/package_relationships_list?id={id}",
        "/api/3/action/package_activity_list?id={id}",
        "/api/3/action/recently_changed_packages_activity_list",
        "/api/3/action/organization_activity_list?id={publisher}",
        "/api/3/action/group_activity_list?id=health",
        "/api/3/action/datastore_search?resource_id={file}",
        "/api/3/action/datastore_info?id={file}",
        "/api/3/action/resource_view_list?id={file}",
        "/api/3/action/resource_view_show?id={file}",
        "/api/3/action/harvest_source_list",
        "/api/3/action/harvest_source_show?id={source}",
        "/api/3/action/harvest_job_list?source_id={source}",
        "/api/3/action/harvest_job_show?id=1",
        "/api/3/action/harvest_job_report?id=1",
        "/api/3/action/harvest_object_list?source_id={source}",
        "/api/3/action/harvest_object_show?dataset_id={id}",
        "/api/3/action/license_list",
        "/api/3/action/status_show",
        "/api/3/action/site_read",
        "/api/3/action/help_show?name=package_show",
    ),
    "api/action/<str:name>": ("/api/action/package_search?q=salmon",),
    "api/3/search/dataset": ("/api/3/search/dataset?q=salmon",),
    "api/^(?:3/)?(?:action|search)(?:/.*)?$": ("/api/3/action", "/api/action/no/such/thing"),
    "api/search/dataset": ("/api/search/dataset?q=salmon&all_fields=1",),
    "api/v1": ("/api/v1",),
    UNKNOWN_API: ("/api/v1/", "/api/v1/nothing/{name}"),
}


def is_ckan(address: str) -> bool:
    """Whether CKAN's rules hold at this address rather than ours."""
    return re.match("/api/(3|action|search)(/|$)", address) is not None


def routes(patterns: Iterable[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[str]:
    """Every route of the urlconf but the admin's and those for people with an account."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if not route.startswith(FOR_PEOPLE):
                yield route
        elif pattern.app_name not in {"admin", "people"}:
            yield from routes(pattern.url_patterns, route)


def addresses(
    entry: Dataset, *, source: str = "nowhere", route: str | None = None, file: UUID | None = None
) -> list[str]:
    """Every example, about this entry, a file (its first if none is named) and its publisher."""
    first = entry.resources.first()
    values = {
        "id": str(entry.id),
        "name": entry.name,
        "file": str(file or (first and first.id) or UUID("00000000-0000-4000-8000-000000000000")),
        "publisher": entry.publisher.slug,
        "source": source,
        "record": str(getattr(entry.records.first(), "pk", 0)),
    }
    chosen = EXAMPLES.values() if route is None else [EXAMPLES[route]]
    return [example.format(**values) for examples in chosen for example in examples]


def ckan_actions_without_example() -> set[str]:
    """Actions that the examples leave out."""
    shown = {
        example.removeprefix("/api/3/action/").partition("?")[0] for example in EXAMPLES["api/3/action/<str:name>"]
    }
    return set(ACTIONS) - set(WRITES) - shown
