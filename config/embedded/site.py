"""Where the web process answers."""

import http.client
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from config.embedded.folders import ServersError, wait_until
from config.env import env_port, env_str, env_url

ANSWER_WITHIN = 2.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Site:
    bind: str
    port: int
    address: str

    @classmethod
    def from_environment(cls) -> "Site":
        """PORT, BIND_ADDRESS and SITE_URL; unlike in production, nobody else's machine is let in unless asked."""
        port = env_port("PORT", default=8000)
        address = env_url("SITE_URL", default=f"http://127.0.0.1:{port}").rstrip("/")
        return cls(bind=env_str("BIND_ADDRESS", default="127.0.0.1"), port=port, address=address)

    def environment(self) -> dict[str, str]:
        return {"PORT": str(self.port), "BIND_ADDRESS": self.bind}

    def check_port(self, *, seconds: float) -> None:
        """Refuse to start where another program listens, after waiting `seconds` for it to end."""
        if not wait_until(self._is_port_free, seconds=seconds, pause=0.2):
            raise ServersError(
                f"Port {self.port} is in use by another program: stop that, or set PORT to a free port, as in "
                f"`PORT={self.port + 1} make serve`."
            )

    def answers(self) -> bool:
        """Whether /healthz says that the site is well."""
        connection = http.client.HTTPConnection(self._local_host, self.port, timeout=ANSWER_WITHIN)
        try:
            connection.request("GET", "/healthz", headers={"Host": urlsplit(self.address).netloc})
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    @property
    def _local_host(self) -> str:
        return "127.0.0.1" if self.bind == "0.0.0.0" else self.bind

    def _is_port_free(self) -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.bind, self.port))
            except OSError:
                return False
        return True
