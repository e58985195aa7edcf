"""Public pages about where entries come from and how their harvests go."""

import zlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from catalogue.views.reader import public_page
from harvest import queries
from harvest.enums import RunState
from harvest.models import Record, Run, Source
from services.csv_answer import csv_answer

#: Problems on one page.
MOST_PROBLEMS = 200

#: Characters of a raw record that its page shows; the file has all.
MOST_SHOWN = 100_000


@public_page
def sources(request: HttpRequest) -> HttpResponse:
    found = queries.sources_for_status(now=timezone.now())
    return render(request, "harvest/sources.html", {"sources": found, "health": queries.health_counts(found)})


@public_page
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One source with its latest runs; its outstanding problems, or those that one run found."""
    found = _source(slug)
    runs = queries.runs_of(found)
    chosen = next((run for run in runs if str(run.pk) == request.GET.get("run", "")), None)
    last = runs[0] if runs else None
    counts = queries.problem_counts(chosen) if chosen else queries.outstanding_counts(found)
    kinds = counts.kinds
    kind = request.GET.get("kind", "")
    kind = kind if kind in {row[0] for row in kinds} else ""
    if chosen:
        shown = queries.first_problems(chosen, kind, limit=MOST_PROBLEMS)
    else:
        shown = queries.first_outstanding(found, counts, kind, limit=MOST_PROBLEMS)
    context = {
        "source": found,
        "runs": runs,
        "run": chosen,
        "kind": kind,
        "kinds": kinds,
        "total": sum(count for _, count in counts.of_runs(kind)),
        "problems": shown,
        "is_counted": any(run.counted_at for run in runs),
        "records": queries.record_numbers(found, [problem.guid for problem in shown if problem.guid]),
        "progress": queries.run_progress(last, now=timezone.now()) if last and last.state == RunState.RUNNING else None,
    }
    return render(request, "harvest/source.html", context)


@public_page
def problems_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A source's outstanding problems, or with `?run=` those of one run, as CSV."""
    found = _source(slug)
    number = request.GET.get("run", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 16
    run = Run.objects.filter(source=found, pk=int(number)).first() if is_number else None
    told = queries.in_portions(queries.public_problems(run)) if run else queries.outstanding_problems(found)
    name = f"problems-{found.slug}{f'-{run.pk}' if run else ''}.csv"
    return csv_answer(queries.problem_lines(told), name=name)


@public_page
def record(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One record as it was received, and what became of it."""
    found = _record(slug, number)
    text = zlib.decompress(bytes(found.raw)).decode("utf-8", "replace") if found.raw else ""
    context = {
        "source": found.source,
        "record": found,
        "dataset": found.dataset,
        "text": text[:MOST_SHOWN],
        "is_cut": len(text) > MOST_SHOWN,
        "problems": queries.problems_of_record(found),
    }
    return render(request, "harvest/record.html", context)


@public_page
def raw_record(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The bytes received, as a file: never as something that a browser would run."""
    found = _record(slug, number)
    body = zlib.decompress(bytes(found.raw)) if found.raw else b""
    answer = HttpResponse(body, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="record-{found.pk}.txt"'
    return answer


def _source(slug: str) -> Source:
    return get_object_or_404(Source.objects.select_related("publisher"), slug=slug)


def _record(slug: str, number: int) -> Record:
    if number >= 2**63:
        raise Http404("There is no such record.")
    records = queries.public_records(_source(slug)).select_related("source", "dataset", "read_run")
    return get_object_or_404(records, pk=number)
