"""Public pages about where entries come from and how their harvests go."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from catalogue.views.reader import public_page
from harvest import queries
from harvest.models import Problem, Run, Source

#: Problems of one run on its page.
MOST_PROBLEMS = 200


@public_page
def sources(request: HttpRequest) -> HttpResponse:
    return render(request, "harvest/sources.html", {"sources": queries.sources_for_status()})


@public_page
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One source with its latest runs, and the problems of the last one."""
    found = get_object_or_404(Source.objects.select_related("publisher"), slug=slug)
    runs = queries.runs_of(found)
    chosen = _chosen(runs, request.GET.get("run", ""))
    problems = queries.public_problems(chosen) if chosen else Problem.objects.none()
    context = {
        "source": found,
        "runs": runs,
        "run": chosen,
        "kinds": queries.problems_by_kind(problems),
        "problems": list(problems[:MOST_PROBLEMS]),
    }
    return render(request, "harvest/source.html", context)


def _chosen(runs: list[Run], number: str) -> Run | None:
    return next((run for run in runs if str(run.pk) == number), runs[0] if runs else None)
