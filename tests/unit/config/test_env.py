import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    def set_to(value: str) -> str:
        monkeypatch.setenv("EXAMPLE", value)
        return "EXAMPLE"

    return set_to


def refusal(read: Callable[[], object]) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        read()
    return str(caught.value)


def test_text_that_is_set_to_nothing_counts_as_not_set(variable: Callable[[str], str]) -> None:
    assert env.env_str(variable("  "), default="other") == "other"
    assert env.env_str(variable(" told "), default="other") == "told"
    assert refusal(lambda: env.env_str(variable(""))) == "EXAMPLE is not set: set it in the environment."


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False), ("", True)]
)
def test_yes_and_no(variable: Callable[[str], str], value: str, expected: bool) -> None:
    assert env.env_bool(variable(value), default=True) is expected


def test_neither_yes_nor_no_is_refused(variable: Callable[[str], str]) -> None:
    assert refusal(lambda: env.env_bool(variable("maybe"))) == (
        "EXAMPLE is “maybe”, neither yes nor no: set it to 1 or 0, or leave it out."
    )


def test_whole_numbers(variable: Callable[[str], str]) -> None:
    assert env.env_int(variable("42"), default=1) == 42
    assert env.env_int(variable(""), default=1) == 1
    assert refusal(lambda: env.env_int(variable("4.5"), default=8)) == (
        "EXAMPLE is “4.5”, not a whole number: set it to one such as 8."
    )
    assert refusal(lambda: env.env_port(variable("70000"), default=8000)) == (
        "EXAMPLE is 70000: set it to a number that is at least 1 and at most 65535."
    )


def test_lists(variable: Callable[[str], str]) -> None:
    assert env.env_list(variable(" a.example, ,b.example ")) == ["a.example", "b.example"]
    assert env.env_list(variable(""), default=["c.example"]) == ["c.example"]


def test_paths_are_absolute(variable: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/someone")
    assert env.env_path(variable("data/here"), default=Path()) == tmp_path / "data" / "here"
    assert env.env_path(variable("~/data"), default=Path()) == Path("/home/someone/data")
    assert env.env_path(variable(""), default=Path("/var/lib/domesday")) == Path("/var/lib/domesday")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("data.example", "EXAMPLE must begin with http:// or https://: correct it, or leave it out."),
        ("ftp://data.example", "EXAMPLE must begin with http:// or https://: correct it, or leave it out."),
        ("https://", "EXAMPLE names no host: set it to something like https://data.example.gov.uk."),
        ("https://a b", "EXAMPLE contains a space: set it to one address that begins with http:// or https://."),
    ],
)
def test_addresses_that_cannot_be_meant_are_refused(variable: Callable[[str], str], value: str, message: str) -> None:
    assert refusal(lambda: env.env_url(variable(value))) == message


def test_refusal_of_an_address_keeps_its_password_secret(variable: Callable[[str], str]) -> None:
    name = variable("mysql://domesday:s3cret@db.example:port/domesday")
    assert "s3cret" not in refusal(lambda: env.env_url(name, schemes=("postgresql",)))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DEBUG", "si", "DEBUG is “si”, neither yes nor no: set it to 1 or 0, or leave it out."),
        ("PORT", "http", "PORT is “http”, not a whole number: set it to one such as 8000."),
        (
            "ALLOWED_HOSTS",
            "https://data.example",
            "ALLOWED_HOSTS has “https://data.example”: give host names alone, such as data.example.gov.uk, "
            "separated by commas.",
        ),
        (
            "OUTBOUND_ALLOW_HOSTS",
            "127.0.0.1",
            "OUTBOUND_ALLOW_HOSTS has “127.0.0.1”: give host:port pairs, such as 127.0.0.1:8080, separated by commas.",
        ),
        (
            "DATABASE_URL",
            "sqlite:///db",
            "DATABASE_URL must begin with postgresql:// or postgres://: correct it, or leave it out.",
        ),
        ("REDIS_URL", "localhost", "REDIS_URL must begin with redis:// or rediss://: correct it, or leave it out."),
    ],
)
def test_ill_formed_known_variable_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    assert refusal(env.check_known) == message


def test_secret_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    var_dir = tmp_path / "var"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: env.secret_key(var_dir), range(32)))
    assert keys == {env.secret_key(var_dir)}
    assert [path.name for path in var_dir.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((var_dir / "secret_key").stat().st_mode) == 0o600
    assert len(keys.pop()) > 50
