"""What government holds that is not for the public: for signed-in officials to find."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url

from catalogue.inventory.search import internal_entries
from catalogue.views.reader import public_page, reader, whole_number
from publishers.models import User
from publishers.queries import publisher_named

PAGE_SIZE = 20


@public_page
def index(request: HttpRequest) -> HttpResponse:
    """`?q=` words, `?publisher=` a name in addresses. Whoever is not signed in is asked to."""
    official = reader(request)
    if not isinstance(official, User) or not official.is_active:
        return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}")
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    slug = request.GET.get("publisher", "")[:200]
    publisher = publisher_named(slug) if slug else None
    found = internal_entries(official, q=words, publisher_id=publisher.id if publisher else None)
    page = Paginator(found.select_related("publisher").defer("extras", "translations"), PAGE_SIZE).get_page(
        whole_number(request, "page") or 1
    )
    kept = {"q": words, "publisher": publisher.slug if publisher else ""}
    context = {
        "q": words,
        "publisher": publisher,
        "page": page,
        "total": page.paginator.count,
        "page_url": lambda number: f"/inventory?{urlencode({**kept, 'page': number})}",
    }
    return render(request, "inventory/index.html", context)
