"""A supervisor for commands: it runs the servers in the background for as long as any command uses them."""

import os
import sys
import time
from datetime import UTC, datetime
from typing import IO

from config.embedded.folders import Folders, ServersError, take_lock
from config.embedded.servers import OwnServers
from config.embedded.stopping import Stopped, StopSignals

#: What it tells the command that started it, a line each: the word, then any text.
READY, BUSY, NOTE, FAILED = "ready", "busy", "note", "failed"
LOOK_EVERY = 0.2  # seconds


def run_in_background(folders: Folders, *, names: frozenset[str], durable: bool) -> None:
    """Leave the command's process tree, start the servers, say so on standard output, and keep them until unused."""
    if os.fork() != 0:
        os._exit(0)
    _Transient(folders, names=names, durable=durable).run()


class _Transient:
    def __init__(self, folders: Folders, *, names: frozenset[str], durable: bool) -> None:
        self.folders = folders
        self.names = names
        self.durable = durable
        self.command: IO[str] | None = sys.stdout

    def run(self) -> None:
        signals = StopSignals()
        servers = None
        unused: int | None = None
        try:
            servers = OwnServers.open(self.folders, names=self.names, durable=self.durable, say=self.say)
            if servers is None:
                self.tell(BUSY)
                return
            self.tell(READY)
            self.let_go()
            while (unused := take_lock(self.folders.clients_lock)) is None:
                servers.look()
                time.sleep(LOOK_EVERY)
        except ServersError as error:
            self.tell(FAILED, str(error))
        except Stopped:
            pass
        finally:
            signals.close()
            if servers:
                servers.stop()
            if unused is not None:
                os.close(unused)  # only now, so that a new command that waits for this lock finds no dying server

    def say(self, text: str) -> None:
        sys.stderr.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}\n")
        sys.stderr.flush()
        self.tell(NOTE, text)

    def tell(self, word: str, text: str = "") -> None:
        if self.command is None:
            return
        try:
            self.command.write(f"{word} {' '.join(text.splitlines())}\n")
            self.command.flush()
        except BrokenPipeError:  # the command was killed meanwhile; the lock it held is free, and we will see that
            self.command = None

    def let_go(self) -> None:
        """Close the pipe to the command, by pointing standard output at the log."""
        self.command = None
        os.dup2(2, 1)
