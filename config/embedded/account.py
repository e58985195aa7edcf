"""Who runs the servers, and programs which that user can execute.

PostgreSQL refuses to run as root, so root's servers run as a user without privileges. That user cannot enter root's
private folders, and no folder's permissions are changed for it: the data folder is handed to the server as its working
directory (see `postgres.py`), and where the wheels lie in such a folder (a virtual environment under /root, say) the
programs are copied to a folder that everyone can read.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.embedded.folders import ServersError

UNPRIVILEGED = "nobody"


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user to become before a program starts."""

    uid: int
    gid: int

    @property
    def popen_options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account(data: Path) -> Account | None:
    """The user for the servers whose data is, or will be, in `data`; None means the one who runs us."""
    owner = data.stat() if data.exists() else None
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            raise ServersError(
                f"The database in {data} belongs to user {_name(owner.st_uid)}, not to you: run as that user or as "
                "root, or set VAR_DIR to a folder of your own."
            )
        return None
    if owner and owner.st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid)
    try:
        user = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise ServersError(
            f"PostgreSQL refuses to run as root and there is no user “{UNPRIVILEGED}” to run it as: run as an ordinary "
            "user, or set DATABASE_URL and REDIS_URL."
        ) from error
    return Account(uid=user.pw_uid, gid=user.pw_gid)


def readable_root(account: Account | None, *, root: Path, program: Path, folders: list[Path]) -> Path:
    """Where `account` can run `program`: `root`, or else a copy of it with `folders`. Both are relative to `root`."""
    if account is None or _can_run(account, root / program):
        return root
    state = (root / program).stat()
    stamp = hashlib.sha256(f"{root / program} {state.st_size} {state.st_mtime_ns}".encode()).hexdigest()[:12]
    for parent in dict.fromkeys((Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp"))):
        copy = parent / f"domesday-{program.parts[0]}-{stamp}"
        if not copy.exists():
            try:
                _copy(root, copy, folders)
            except OSError:
                continue
        if _is_ours(copy) and _can_run(account, copy / program):
            return copy
    raise ServersError(
        f"User {_name(account.uid)} cannot run {root / program}, nor a copy in the temporary folder. Put the virtual "
        "environment where other users can read it, run as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )


def _can_run(account: Account, program: Path) -> bool:
    try:
        answer = subprocess.run(
            [program, "--version"], cwd="/", capture_output=True, check=False, **account.popen_options
        )
    except PermissionError:
        return False
    return answer.returncode == 0


def _copy(root: Path, copy: Path, folders: list[Path]) -> None:
    """Copy `folders`, readable for all, and give the copy its name only when it is complete."""
    draft = Path(tempfile.mkdtemp(prefix=f"{copy.name}.", dir=copy.parent))
    try:
        for folder in folders:
            shutil.copytree(root / folder, draft / folder, symlinks=True, ignore=shutil.ignore_patterns("*.a", "*.h"))
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                is_program = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if is_program else 0o644)
        draft.rename(copy)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not copy.exists():  # otherwise another instance was quicker
            raise


def _is_ours(folder: Path) -> bool:
    """Whether root made it and nobody else can write to it: a temporary folder is open to everyone."""
    state = folder.lstat()
    return stat.S_ISDIR(state.st_mode) and state.st_uid == 0 and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
