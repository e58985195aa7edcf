"""The application that a web server runs."""

import gc
import os
from typing import Final

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

#: Objects made, less those freed, before the youngest are looked through. A search page makes some thousands that die
#: with it: at Python's own 700 (2,000 since 3.13) the collector runs several times a page and finds nothing.
_YOUNGEST: Final = 20_000


def settle_garbage() -> None:
    """Whatever lives after the start lives for ever: it is looked at no more, and the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNGEST, 20, 50)


application = get_wsgi_application()
settle_garbage()
