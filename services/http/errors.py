"""What can go wrong when the project asks another server for something, in words a person can act on."""

from enum import StrEnum


class HttpErrorKind(StrEnum):
    """Why no usable answer came back."""

    BAD_URL = "bad_url"
    UNSUPPORTED_SCHEME = "unsupported_scheme"
    REFUSED_ADDRESS = "refused_address"
    DNS = "dns"
    DNS_UNAVAILABLE = "dns_unavailable"
    CONNECTION_REFUSED = "connection_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    CONNECT = "connect"
    TLS = "tls"
    TLS_ISSUER = "tls_issuer"
    DISCONNECTED = "disconnected"
    TIMEOUT = "timeout"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    PROTOCOL = "protocol"
    STATUS = "status"
    NOT_JSON = "not_json"
    HOST_BUSY = "host_busy"


class HttpError(Exception):
    """A request that gave no usable answer.

    `str(error)` is one plain sentence, fit for a page or a harvest report; it never holds a password or a token.
    `url` is the address that failed: after redirects it is not the address first asked for.
    `retry_after` is in seconds, where the server said when to come back.
    """

    def __init__(
        self,
        kind: HttpErrorKind,
        message: str,
        *,
        url: str = "",
        status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.url = url
        self.status = status
        self.retry_after = retry_after
