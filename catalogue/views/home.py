"""The front page, topics, and the pages that say how the site itself stands."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static

from catalogue import queries
from catalogue.search_overview import overview
from catalogue.views.reader import public_page, reader


@public_page
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "counts": queries.figures(),
        "topics": queries.topics_with_counts(),
        "recent": queries.recent_of_several_publishers(reader(request), limit=6),
        "overview": overview("publisher", "format", "tag", most=12),
    }
    return render(request, "home.html", context)


@public_page
def topics(request: HttpRequest) -> HttpResponse:
    return render(request, "topic/list.html", {"topics": queries.topics_with_counts()})


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html", {"contact_email": settings.CONTACT_EMAIL})


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/privacy.html", {"contact_email": settings.CONTACT_EMAIL})


@public_page
def api(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/api.html", {"site_url": settings.SITE_URL})


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /search", f"Sitemap: {settings.SITE_URL}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public_page
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it beside whatever doesn't name an icon, such as an answer of the API."""
    return redirect(static("images/mark-48.png"))
