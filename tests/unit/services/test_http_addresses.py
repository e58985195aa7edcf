"""Which addresses count as public, over tables of known ones and over everything Hypothesis can think of."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.http.addresses import host_and_port, is_public_address, parse_allow_hosts

PRIVATE_V4 = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"]
FORBIDDEN_V4 = [*PRIVATE_V4, "0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"]
FORBIDDEN_V6 = [
    "::/8",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
    "2001:db8::/32",
    "2001::/32",
    "64:ff9b:1::/48",
]


def addresses_in(network: str) -> st.SearchStrategy[str]:
    parsed = ipaddress.ip_network(network)
    span = st.integers(int(parsed.network_address), int(parsed.broadcast_address))
    return span.map(lambda number: str(parsed.network_address.__class__(number)))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "169.254.169.254",  # cloud metadata
        "100.100.100.200",  # Alibaba's
        "168.63.129.16",  # Azure's, on a public address
        "192.0.0.192",  # Oracle's
        "fd00:ec2::254",  # Amazon's on IPv6
        "255.255.255.255",
        "224.0.0.251",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "fe80::1",
        "fe80::1%eth0",
        "2a00:1450:4009::1%eth0",
        "ff02::1",
        "",
        "example.gov.uk",
        "127.1",
    ],
)
def test_address_that_is_not_one_host_on_the_public_internet_is_not_public(address: str) -> None:
    assert is_public_address(address) is False


@pytest.mark.parametrize(
    "address",
    ["151.101.64.144", "8.8.8.8", "2a00:1450:4009::200e", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public_address_is_public(address: str) -> None:
    assert is_public_address(address) is True


@given(st.sampled_from(FORBIDDEN_V4).flatmap(addresses_in))
def test_no_forbidden_ipv4_address_is_public_however_it_is_wrapped(address: str) -> None:
    number = int(ipaddress.IPv4Address(address))
    wrapped = [
        address,
        f"::ffff:{address}",
        f"::{address}",
        str(ipaddress.IPv6Address((0x0064_FF9B << 96) | number)),
        str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1)),
    ]
    assert [is_public_address(form) for form in wrapped] == [False] * len(wrapped)


@given(st.sampled_from([network for network in FORBIDDEN_V6 if network != "::/8"]).flatmap(addresses_in))
def test_no_forbidden_ipv6_address_is_public(address: str) -> None:
    assert is_public_address(address) is False


@given(addresses_in("0.0.0.0/0"))
def test_nothing_that_python_calls_private_or_multicast_is_public(address: str) -> None:
    parsed = ipaddress.ip_address(address)
    if parsed.is_private or parsed.is_multicast or parsed.is_loopback or parsed.is_link_local:
        assert is_public_address(address) is False


def test_allow_list_holds_hosts_in_one_spelling() -> None:
    entries = ["127.0.0.1:8000", "LOCALHOST:80", "[::1]:9000", " data.example.: 443".replace(" ", "")]
    expected = {"127.0.0.1:8000", "localhost:80", "[::1]:9000", "data.example:443"}
    assert parse_allow_hosts(entries) == expected
    assert host_and_port("::1", 9000) in parse_allow_hosts(entries)


@pytest.mark.parametrize(
    "entry", ["localhost", "localhost:", ":80", "localhost:http", "localhost:0", "localhost:70000"]
)
def test_allow_list_entry_without_a_host_and_a_port_is_refused_with_what_to_write(entry: str) -> None:
    with pytest.raises(ValueError, match="Write each entry as host:port"):
        parse_allow_hosts([entry])
