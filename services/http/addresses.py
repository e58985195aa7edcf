"""Which network addresses the project may connect to. Pure: no sockets, no look-ups."""

import ipaddress
from collections.abc import Iterable

#: Well-known services on ports where an HTTP request could do harm, and no web server belongs.
FORBIDDEN_PORTS = frozenset(
    {0, 7, 9, 19, 21, 22, 23, 25, 53, 110, 111, 119, 135, 139, 143, 389, 445, 465, 514, 587, 636, 993, 995, 2049, 6000}
)

# Ranges that Python's ipaddress calls global (or called so until a late patch release), which are not for us.
_FORBIDDEN_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "100.64.0.0/10",  # carrier-grade NAT, and some clouds' metadata
        "168.63.129.16/32",  # Azure's host agent, on a public address
        "192.0.0.0/24",  # protocol assignments, and Oracle Cloud's metadata
        "192.88.99.0/24",  # 6to4 relays, withdrawn
    )
)
# Nothing outside this block has ever been handed out to hosts on the public internet.
_GLOBAL_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
_FORBIDDEN_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")


def is_public_address(address: str) -> bool:
    """Whether `address` is one host on the public internet.

    An IPv6 address that carries an IPv4 one inside (mapped, NAT64, 6to4) is only as public as what it carries.
    Text that is no IP address, or has a scope (`fe80::1%eth0`), is not public.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return _is_public_v4(parsed)
    return _is_public_v6(parsed)


def _is_public_v4(address: ipaddress.IPv4Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _FORBIDDEN_V4)
    )


def _is_public_v6(address: ipaddress.IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return _is_public_v4(address.ipv4_mapped)
    if address in _NAT64:
        return _is_public_v4(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address in _SIX_TO_FOUR:
        return _is_public_v4(ipaddress.IPv4Address((int(address) >> 80) & 0xFFFFFFFF))
    return (
        address in _GLOBAL_UNICAST_V6 and address.is_global and not any(address in network for network in _FORBIDDEN_V6)
    )


def host_and_port(host: str, port: int) -> str:
    """The form in which allow-lists hold an address: `example.gov.uk:443`, `127.0.0.1:8000`, `[::1]:8000`."""
    host = host.strip("[]").rstrip(".").lower()
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_allow_hosts(entries: Iterable[str]) -> frozenset[str]:
    """Read `OUTBOUND_ALLOW_HOSTS`. Raises ValueError, saying what to write instead, for an entry without a port."""
    allowed = set()
    for entry in entries:
        host, separator, port = entry.strip().rpartition(":")
        if not separator or not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(
                f"OUTBOUND_ALLOW_HOSTS has {entry!r}, which is not a host and a port. "
                "Write each entry as host:port, such as 127.0.0.1:8000 or [::1]:8000."
            )
        allowed.add(host_and_port(host, int(port)))
    return frozenset(allowed)
