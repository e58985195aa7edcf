#!/usr/bin/env python
"""Django's command line. Where the environment names no database or broker, it runs the project's own meanwhile."""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from config.embedded import ServersError, ensure
from config.env import check_known, env_path

NEED_NO_SERVERS = {"help", "version", "--help", "-h", "--version"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(sys.argv) > 1 and sys.argv[1] not in NEED_NO_SERVERS:
        try:
            check_known()
            var_dir = env_path("VAR_DIR", default=Path(__file__).resolve().parent / "var")
            os.environ.update(ensure(var_dir).environment())
        except (ServersError, ImproperlyConfigured) as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
