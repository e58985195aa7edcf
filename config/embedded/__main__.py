"""`python -m config.embedded`: see `--help`."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.embedded import procfile
from config.embedded.client import PROJECT, ensure
from config.embedded.demo import Demo
from config.embedded.folders import Folders, ServersError
from config.embedded.servers import VARIABLES
from config.embedded.supervisor import supervise
from config.embedded.transient import run_in_background
from config.env import check_known, env_path


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description="Run Domesday and its servers.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("run", "the servers and every process of the Procfile"),
        ("demo", "the same, with demo publishers whose data is harvested"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--procfile", type=Path, default=PROJECT / "Procfile", help="default: the project's own")
        command.add_argument("--stop-with-parent", action="store_true", help="stop when the process that called dies")
    command = commands.add_parser("exec", help="any command, with DATABASE_URL and REDIS_URL set for it")
    command.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    command = commands.add_parser("servers", help="internal: the servers alone, in the background while they are used")
    command.add_argument("--var-dir", type=Path, required=True)
    command.add_argument("--not-durable", action="store_true")
    command.add_argument("names", nargs="+", choices=sorted(VARIABLES))
    options = parser.parse_args(arguments)
    try:
        if options.command == "servers":
            folders = Folders(var=options.var_dir)
            run_in_background(folders, names=frozenset(options.names), durable=not options.not_durable)
            return 0
        check_known()
        var_dir = env_path("VAR_DIR", default=PROJECT / "var")
        if options.command == "exec":
            environment = os.environ | ensure(var_dir).environment()
            return subprocess.run(options.words, env=environment, check=False).returncode
        return supervise(
            var_dir,
            commands=procfile.read(options.procfile),
            demo=Demo(var_dir) if options.command == "demo" else None,
            parent=os.getppid() if options.stop_with_parent else None,
        )
    except (ServersError, ImproperlyConfigured) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
