"""Looking at files on FTP servers, behind the same guard of addresses as everything else."""

import contextlib
import ftplib
import socket
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from services.http.addresses import host_and_port, is_public_address
from services.http.errors import HttpError, HttpErrorKind
from services.http.policy import OutboundPolicy


@dataclass(frozen=True, slots=True)
class FtpFile:
    """`size` in bytes and `modified` as the server writes it, where it tells. A folder has neither."""

    size: int | None = None
    modified: str = ""


class FtpNotFound(Exception):
    """The server has nothing at this address, or doesn't let anybody see it. `str(error)` is what it says."""


class _GuardedFtp(ftplib.FTP):
    """Connects to an address that was checked, and to no other: also for the transfer of listings."""

    def __init__(self, address: str, *, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self.trust_server_pasv_ipv4_address = False
        self._address = address

    def connect_to(self, port: int) -> str:
        return self.connect(self._address, port)


def host_of(url: str) -> str:
    """The host of an ftp address, "" where there is none."""
    try:
        return (urlsplit(url.strip()).hostname or "") if url.strip().lower().startswith("ftp://") else ""
    except ValueError:
        return ""


def look(url: str, policy: OutboundPolicy) -> FtpFile:
    """What is at an ftp address, without fetching it. Blocks. Raises HttpError, or FtpNotFound."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or ftplib.FTP_PORT
    except ValueError as error:
        raise HttpError(HttpErrorKind.BAD_URL, "The address is not a web address.", url=url) from error
    path = unquote(parts.path).lstrip("/")
    if not host or any(ord(character) < 32 for character in path):
        raise HttpError(HttpErrorKind.BAD_URL, "The address is not a web address.", url=url)
    address = _checked_address(host, port, policy, url)
    try:
        with contextlib.closing(_GuardedFtp(address, timeout=policy.response_timeout)) as ftp:
            ftp.connect_to(port)
            ftp.login()
            found = _stat(ftp, path)
            with contextlib.suppress(*ftplib.all_errors):
                ftp.quit()
            return found
    except ftplib.error_perm as error:
        raise FtpNotFound(" ".join(str(error).split())[:200]) from error
    except ftplib.error_temp as error:
        message = f"{host} says that it is busy: {' '.join(str(error).split())[:150]}"
        raise HttpError(HttpErrorKind.HOST_BUSY, message, url=url) from error
    except TimeoutError as error:
        raise HttpError(HttpErrorKind.TIMEOUT, f"{host} took too long to answer.", url=url) from error
    except ConnectionRefusedError as error:
        message = f"Nothing answers at {host} on port {port}."
        raise HttpError(HttpErrorKind.CONNECTION_REFUSED, message, url=url) from error
    except (OSError, EOFError, ftplib.Error, UnicodeError) as error:
        raise HttpError(HttpErrorKind.DISCONNECTED, f"{host} broke the connection off.", url=url) from error


def _checked_address(host: str, port: int, policy: OutboundPolicy, url: str) -> str:
    """The first address of the host that may be reached."""
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
            message = f"The name {host} could not be looked up just now."
            raise HttpError(HttpErrorKind.DNS_UNAVAILABLE, message, url=url) from error
        raise HttpError(HttpErrorKind.DNS, f"There is no server called {host}.", url=url) from error
    for address in found:
        listed = {host_and_port(host, port), host_and_port(address, port)}
        if is_public_address(address) or listed & policy.allow_hosts:
            return address
    message = f"{host} is on a private network, which the public cannot reach."
    raise HttpError(HttpErrorKind.REFUSED_ADDRESS, message, url=url)


def _stat(ftp: ftplib.FTP, path: str) -> FtpFile:
    if not path or path.endswith("/"):
        ftp.cwd(f"/{path}")
        return FtpFile()
    ftp.voidcmd("TYPE I")  # sizes are those of the bytes
    try:
        size = ftp.size(f"/{path}")
    except ftplib.error_perm as error:
        if not str(error).startswith("550"):
            return _stat_by_folder(ftp, path)
        try:
            ftp.cwd(f"/{path}")
        except ftplib.error_perm:
            raise error from None
        return FtpFile()
    modified = ""
    with contextlib.suppress(ftplib.Error):
        modified = ftp.sendcmd(f"MDTM /{path}").partition(" ")[2][:100]
    return FtpFile(size, modified)


def _stat_by_folder(ftp: ftplib.FTP, path: str) -> FtpFile:
    """For servers that don't know the command SIZE: whether the folder lists the file."""
    folder, _, name = path.rpartition("/")
    names = [entry.rpartition("/")[2] for entry in ftp.nlst(f"/{folder}")]
    if name not in names:
        raise ftplib.error_perm("550 The folder does not list this file.")
    return FtpFile()
