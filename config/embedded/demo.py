"""What `make demo` adds: a server of example publishers, and the command that harvests them."""

import os
import socket
from functools import cached_property
from pathlib import Path

from config.embedded.servers import free_port
from config.env import env_host_ports, env_port
from harvest.demo.server import demo_hosts


class Demo:
    """The example publishers' server keeps its port from run to run, since harvested addresses contain it."""

    processes = {"demo_sources": "python manage.py demo_sources"}
    loader = "python manage.py load_demo"

    def __init__(self, var_dir: Path) -> None:
        self._var_dir = var_dir

    @cached_property
    def port(self) -> int:
        """Chosen when first asked for: by then no other instance runs here, and what one left running is stopped, so
        that the port of before is free again."""
        kept = self._var_dir / "demo_sources_port"
        if "DEMO_SOURCES_PORT" in os.environ:
            port = env_port("DEMO_SOURCES_PORT", default=0)
        else:
            before = kept.read_text().strip() if kept.exists() else ""
            port = free_port(int(before) if before.isdecimal() else None)
        self._var_dir.mkdir(parents=True, exist_ok=True)
        kept.write_text(f"{port}\n")
        return port

    def environment(self) -> dict[str, str]:
        """The port, and leave to fetch from it although it is on this machine's loopback addresses."""
        hosts = [f"{host}:{self.port}" for host in demo_hosts()]
        allowed = [*env_host_ports("OUTBOUND_ALLOW_HOSTS"), *hosts]
        return {"DEMO_SOURCES_PORT": str(self.port), "OUTBOUND_ALLOW_HOSTS": ",".join(dict.fromkeys(allowed))}

    def is_serving(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False
