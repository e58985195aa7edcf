"""The guarded HTTP client: the only way out of the project to other servers.

Addresses are checked at the moment of connecting, on every redirect; size, time, rate and redirects are limited.
Asynchronous code uses `GuardedSession`; everything else `open_stream`, `fetch_json` or `HttpClient`.
"""

from services.http.errors import HttpError, HttpErrorKind
from services.http.policy import OutboundPolicy
from services.http.session import GuardedSession, Response
from services.http.stream import ResponseStream
from services.http.sync import HttpClient, HttpStream, fetch_json, open_stream, status_in_words

__all__ = [
    "GuardedSession",
    "HttpClient",
    "HttpError",
    "HttpErrorKind",
    "HttpStream",
    "OutboundPolicy",
    "Response",
    "ResponseStream",
    "fetch_json",
    "open_stream",
    "status_in_words",
]
