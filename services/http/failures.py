"""What aiohttp raises → HttpError with a sentence a person can act on."""

import errno
import socket
import ssl

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from services.http.connecting import ConnectionAttempt
from services.http.errors import HttpError, HttpErrorKind

#: What `explain` understands. Anything else is a fault of ours and must not be dressed up as the server's.
NETWORK_ERRORS = (aiohttp.ClientError, HttpProcessingError, OSError, TimeoutError)


def explain(error: BaseException, *, url: URL, attempt: ConnectionAttempt) -> HttpError:
    """The HttpError for a network error met while asking for `url`."""
    kind, message = _kind_and_message(error, url.host or "", attempt)
    return HttpError(kind, message, url=str(url))


def _kind_and_message(error: BaseException, host: str, attempt: ConnectionAttempt) -> tuple[HttpErrorKind, str]:
    if attempt.refused and not attempt.permitted:
        address = attempt.refused[0]
        named = host if host == address else f"{host} ({address})"
        return HttpErrorKind.REFUSED_ADDRESS, f"{named} is on a private network, which the public cannot reach."
    match error:
        case aiohttp.InvalidURL():
            return HttpErrorKind.BAD_URL, "The web address is not well formed."
        case aiohttp.ConnectionTimeoutError():
            return HttpErrorKind.CONNECT_TIMEOUT, f"{host} did not answer in time when we tried to connect."
        case aiohttp.ClientConnectorDNSError():
            if isinstance(error.os_error, socket.gaierror) and error.os_error.errno == socket.EAI_AGAIN:
                return HttpErrorKind.DNS_UNAVAILABLE, f"The name {host} could not be looked up just now."
            return HttpErrorKind.DNS, f"There is no server called {host}: the name does not exist."
        case aiohttp.ClientConnectorCertificateError() if _issuer_is_missing(error.certificate_error):
            return (
                HttpErrorKind.TLS_ISSUER,
                f"The certificate of {host} comes without its issuer's, so we cannot verify it; a browser might.",
            )
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError() | ssl.SSLError():
            return HttpErrorKind.TLS, f"A secure connection to {host} could not be made: {_tls_reason(error)}."
        case aiohttp.ClientConnectorError() if error.os_error.errno == errno.ECONNREFUSED:
            return HttpErrorKind.CONNECTION_REFUSED, f"{host} refused the connection: no web server is running there."
        case aiohttp.ClientConnectorError():
            return HttpErrorKind.CONNECT, f"{host} could not be reached."
        case aiohttp.ClientPayloadError():
            return HttpErrorKind.PROTOCOL, f"{host} broke off before its answer was complete."
        case aiohttp.ClientResponseError() | HttpProcessingError():
            return HttpErrorKind.PROTOCOL, f"{host} sent something that is not a proper web answer."
        case TimeoutError():
            return HttpErrorKind.TIMEOUT, f"{host} took too long to answer."
    # Disconnected, reset, and whatever else can happen to a connection that was once made.
    return HttpErrorKind.DISCONNECTED, f"{host} closed the connection without answering."


def _issuer_is_missing(error: BaseException) -> bool:
    # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY and …_VERIFY_LEAF_SIGNATURE: the server forgot an intermediate
    # certificate. Browsers fetch or remember it; we do not.
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in (20, 21)


def _tls_reason(error: BaseException) -> str:
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted ({cause.verify_message.rstrip('.')})"
    if isinstance(cause, ssl.CertificateError):
        return "its certificate is for another name"
    return "the server does not speak a current version of TLS"
