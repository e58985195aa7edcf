"""Typed reading of environment variables.

A value that cannot be meant stops the start, with a sentence that says what to do. A variable that is set to nothing
counts as not set.
"""

import os
import re
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
HIGHEST_PORT = 65535

#: Who may be asked to have a second step: these people, and those named before them.
SECOND_STEPS = ("operators", "administrators", "approvers", "everybody")


def env_str(name: str, *, default: str | None = None) -> str:
    """The variable's text; without a default it must be set."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set: set it in the environment.")
    return default


def env_bool(name: str, *, default: bool = False) -> bool:
    value = env_str(name, default="").lower()
    if not value:
        return default
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is “{value}”, neither yes nor no: set it to 1 or 0, or leave it out.")
    return value in TRUE


def env_int(name: str, *, default: int, minimum: int | None = None, maximum: int | None = None) -> int:
    value = env_str(name, default="")
    if not value:
        return default
    try:
        number = int(value)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} is “{value}”, not a whole number: set it to one such as {default}."
        ) from error
    if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
        bounds = [f"at least {minimum}"] if minimum is not None else []
        bounds += [f"at most {maximum}"] if maximum is not None else []
        raise ImproperlyConfigured(f"{name} is {number}: set it to a number that is {' and '.join(bounds)}.")
    return number


def env_choice(name: str, *, choices: Sequence[str]) -> str:
    """One of these words, or ""."""
    value = env_str(name, default="").lower()
    if value and value not in choices:
        raise ImproperlyConfigured(f"{name} is “{value}”: set it to one of {', '.join(choices)}, or leave it out.")
    return value


def env_port(name: str, *, default: int) -> int:
    return env_int(name, default=default, minimum=1, maximum=HIGHEST_PORT)


def env_email(name: str, *, default: str | None = None) -> str:
    """One e-mail address, or what stands for none."""
    value = env_str(name, default=default)
    if value and not re.fullmatch(r"[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s<>\"',;:]+", value):
        raise ImproperlyConfigured(f"{name} is “{value}”: set it to one address such as data@example.gov.uk.")
    return value


def env_list(name: str, *, default: Sequence[str] = ()) -> list[str]:
    """Values separated by commas; blanks around them are dropped, and so are empty ones."""
    value = env_str(name, default="")
    return [item.strip() for item in value.split(",") if item.strip()] if value else list(default)


def env_path(name: str, *, default: Path) -> Path:
    """An absolute path. A relative one is taken from the working directory, `~` from the home folder."""
    return Path(env_str(name, default=str(default))).expanduser().absolute()


def env_url(name: str, *, default: str | None = None, schemes: Sequence[str] = ("http", "https")) -> str:
    """An address with one of `schemes`. Messages never repeat the value, which may carry a password."""
    value = env_str(name, default=default)
    wanted = " or ".join(f"{scheme}://" for scheme in schemes)
    if any(character.isspace() for character in value):
        raise ImproperlyConfigured(f"{name} contains a space: set it to one address that begins with {wanted}.")
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises when it is not a number within range
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not an address ({error}): set it to {wanted}host:port/….") from error
    if parts.scheme not in schemes:
        raise ImproperlyConfigured(f"{name} must begin with {wanted}: correct it, or leave it out.")
    if parts.scheme in {"http", "https"} and not parts.hostname:
        raise ImproperlyConfigured(f"{name} names no host: set it to something like https://data.example.gov.uk.")
    return value


def env_hosts(name: str, *, default: Sequence[str] = ()) -> list[str]:
    """Host names without scheme, port or path, as in ALLOWED_HOSTS."""
    hosts = env_list(name, default=default)
    for host in hosts:
        if "/" in host or (":" in host and not host.startswith("[")):
            raise ImproperlyConfigured(
                f"{name} has “{host}”: give host names alone, such as data.example.gov.uk, separated by commas."
            )
    return hosts


def env_host_ports(name: str) -> list[str]:
    """`host:port` pairs, as in OUTBOUND_ALLOW_HOSTS."""
    pairs = env_list(name)
    for pair in pairs:
        host, _, port = pair.rpartition(":")
        if not host or "/" in host or not port.isdecimal() or not 1 <= int(port) <= HIGHEST_PORT:
            raise ImproperlyConfigured(
                f"{name} has “{pair}”: give host:port pairs, such as 127.0.0.1:8080, separated by commas."
            )
    return pairs


def env_issuer(name: str) -> str:
    """An OpenID Connect issuer's address, or "". Only on this machine itself may it be reached without TLS."""
    value = env_str(name, default="")
    if not value:
        return ""
    parts = urlsplit(env_url(name))
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ImproperlyConfigured(f"{name} must be an address alone, as the provider writes its issuer: correct it.")
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise ImproperlyConfigured(f"{name} must begin with https://: what it says decides who comes in.")
    return value


def tiles_origin(template: str) -> str:
    """The origin that a page may load map tiles from. `template` is `https://host/{z}/{x}/{y}.png` or the like."""
    parts = urlsplit(template)
    if parts.scheme != "https" or not parts.hostname or not all(part in template for part in ("{z}", "{x}", "{y}")):
        raise ImproperlyConfigured(
            "MAP_TILES_URL must look like https://tiles.example.gov.uk/{z}/{x}/{y}.png: correct it, or leave it out."
        )
    return f"https://{parts.netloc.replace('{s}', '*')}"


def check_known() -> None:
    """Read every variable the project knows, so that an ill-formed one stops the start and not some later page."""
    for name, read in KNOWN.items():
        if os.environ.get(name, "").strip():
            read(name)


def secret_key(var_dir: Path) -> str:
    """The key in `var_dir`/secret_key, made at the first call and readable by its owner alone.

    Several processes may ask for the first time at once: one's key wins and all get that one.
    """
    path = var_dir / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    except PermissionError as error:
        raise ImproperlyConfigured(
            f"{path} belongs to another user: set SECRET_KEY, or point VAR_DIR at a folder of your own."
        ) from error
    draft = path.with_name(f".secret_key.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except OSError as error:
        raise ImproperlyConfigured(
            f"Cannot write a secret key to {path} ({error.strerror}): set SECRET_KEY, or point VAR_DIR elsewhere."
        ) from error
    try:
        os.link(draft, path)  # unlike a rename, never replaces the key that another process made meanwhile
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()


def _database_url(name: str) -> str:
    return env_url(name, schemes=("postgresql", "postgres"))


def _path(name: str) -> Path:
    return env_path(name, default=Path())


def _port(name: str) -> int:
    return env_port(name, default=8000)


#: Every variable that the project reads, and how.
KNOWN: dict[str, Callable[[str], object]] = {
    "ALLOWED_HOSTS": env_hosts,
    "API_RATE_LIMIT": lambda name: env_int(name, default=1200, minimum=0),
    "BIND_ADDRESS": env_str,
    "CONTACT_EMAIL": env_email,
    "DATABASE_REPLICA_URL": _database_url,
    "DATABASE_URL": _database_url,
    "DEBUG": env_bool,
    "DEFAULT_FROM_EMAIL": env_str,
    "DEMO_SOURCES_PORT": _port,
    "HARVEST_HANDS": lambda name: env_int(name, default=0, minimum=0, maximum=32),
    "HTTP_CONTACT": env_str,
    "MAP_TILES_CREDIT": env_str,
    "MAP_TILES_URL": env_str,
    "OIDC_ALLOW_DOMAINS": env_hosts,
    "OIDC_CLIENT_ID": env_str,
    "OIDC_CLIENT_SECRET": env_str,
    "OIDC_ISSUER": env_issuer,
    "OIDC_NAME": env_str,
    "OIDC_TRUST_EMAIL": env_bool,
    "OUTBOUND_ALLOW_HOSTS": env_host_ports,
    "PORT": _port,
    "PROXY_COUNT": lambda name: env_int(name, default=0, minimum=0, maximum=10),
    "REAL_DATA_DIR": _path,
    "REDIS_URL": lambda name: env_url(name, schemes=("redis", "rediss")),
    "SEARCH_BY_MEANING": env_bool,
    "SEARCH_DIR": _path,
    "SECOND_STEP_FOR": lambda name: env_choice(name, choices=SECOND_STEPS),
    "SECRET_KEY": env_str,
    "SECRET_KEY_FALLBACKS": env_list,
    "SITE_URL": env_url,
    "UPLOAD_BUCKET": env_str,
    "UPLOAD_ENDPOINT_URL": env_url,
    "UPLOAD_MAX_MB": lambda name: env_int(name, default=100, minimum=1, maximum=100_000),
    "VAR_DIR": _path,
    "VIRUS_SCAN_COMMAND": env_str,
}
