"""The project's own PostgreSQL and Valkey, for when DATABASE_URL and REDIS_URL name none, and their supervisor.

`docs/decisions/0002-one-supervisor.md` says why it is built this way.

    addresses(var_dir)   the servers that a live supervisor runs, or None
    ensure(var_dir)      the same, starting a transient supervisor if there is none
    python -m config.embedded run|demo|exec …   what `make serve` and `make demo` call
"""

from config.embedded.address_file import Addresses, addresses
from config.embedded.client import ensure
from config.embedded.folders import ServersError

__all__ = ["Addresses", "ServersError", "addresses", "ensure"]
