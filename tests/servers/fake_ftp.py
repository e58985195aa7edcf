"""A small FTP server on loopback: as much of RFC 959 as looking at a file takes."""

import socket
import threading
from dataclasses import dataclass, field
from typing import Self


@dataclass
class FakeFtp:
    """Knows the sizes of `files`, by path from "/" on, and their folders. `knows_size` False: it doesn't know SIZE."""

    files: dict[str, int] = field(default_factory=dict)
    knows_size: bool = True
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)  # or the thread would go on taking connections
        self._server.close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"ftp://127.0.0.1:{self.port}{path}"

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with client, client.makefile("rw", newline="\r\n") as lines:
                self._converse(lines)

    def _converse(self, lines: "socket.SocketIO | object") -> None:
        def say(text: str) -> None:
            lines.write(f"{text}\r\n".replace("\r\n", "\n"))  # type: ignore[union-attr]
            lines.flush()  # type: ignore[union-attr]

        say("220 Ready")
        listing: socket.socket | None = None
        for line in lines:  # type: ignore[union-attr]
            self.asked.append(line.strip())
            command, _, path = line.strip().partition(" ")
            match command:
                case "USER":
                    say("331 Password, please")
                case "PASS" | "TYPE":
                    say("200 Fine")
                case "SIZE" if not self.knows_size:
                    say("502 Never heard of it")
                case "SIZE":
                    say(f"213 {self.files[path]}" if path in self.files else "550 No such file")
                case "MDTM":
                    say("213 20260102030405")
                case "CWD":
                    is_folder = any(file.startswith(path.rstrip("/") + "/") for file in self.files)
                    say("250 Fine" if is_folder else "550 No such folder")
                case "PASV" | "EPSV":
                    listing = socket.create_server(("127.0.0.1", 0))
                    port = listing.getsockname()[1]
                    # An address elsewhere, as some servers give by mistake and others to have us connect there
                    say(f"227 Entering Passive Mode (10,1,2,3,{port >> 8},{port & 255})")
                case "NLST":
                    assert listing is not None
                    say("150 Here it comes")
                    with listing, listing.accept()[0] as data:
                        data.sendall("".join(f"{file.rpartition('/')[2]}\r\n" for file in self.files).encode())
                    say("226 Done")
                case "QUIT":
                    say("221 Bye")
                    return
                case _:
                    say("502 Never heard of it")
