"""What gunicorn is told beside its command line: `gunicorn --config python:config.web_server`.

Gunicorn answers addresses that are longer than it reads itself, with a page that no client of an API understands. So it
reads more than may be asked for, and `catalogue.views.long_addresses` answers in the asker's language.
"""

from typing import Final

from gunicorn.http import message

#: Bytes of a request's first line. Longer ones get gunicorn's own answer, a 414 too.
_LONGEST_READ: Final = 65_536

# The option alone goes no further than this
message.MAX_REQUEST_LINE = _LONGEST_READ
limit_request_line = _LONGEST_READ
