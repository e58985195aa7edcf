"""The addresses of PostgreSQL and of Redis or Valkey: an operator's own, or the servers that the supervisor runs."""

import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from config import embedded
from config.env import env_str


def server_address(name: str, var_dir: Path) -> str:
    """Where the server that this variable names is. Raises `ImproperlyConfigured` where there is none."""
    given = env_str(name, default="")
    if given:
        return given
    own = embedded.addresses(var_dir)
    address = own and {"DATABASE_URL": own.database_url, "REDIS_URL": own.redis_url}[name]
    if not address:
        if {"help", "version", "--help", "--version"} & set(sys.argv[1:2]) or "mypy" in sys.argv[0]:
            return {"DATABASE_URL": "postgresql:///domesday", "REDIS_URL": "redis://127.0.0.1:6379/0"}[name]
        raise ImproperlyConfigured(
            f"{name} is not set and no server of our own is running in {var_dir}. "
            "Start one with `make serve`, use `manage.py` (which starts one for itself), or set the variable."
        )
    return address


def database(url: str) -> dict[str, Any]:
    """An entry of Django’s DATABASES for an address of PostgreSQL's."""
    parts = conninfo_to_dict(url)
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{setting: str(parts.pop(part, "")) for part, setting in known.items()},
        "OPTIONS": parts,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
