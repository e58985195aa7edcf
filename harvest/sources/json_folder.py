"""A folder of JSON files, a dataset each: in a Git repository as GitHub shows it, or on this machine.

The address is that of a folder's page, `https://github.com/OWNER/REPOSITORY/tree/BRANCH/FOLDER`, or of the repository
itself. The files are found by the API's list of the whole tree (GitHub's `GET /repos/{owner}/{repo}/git/trees/{ref}`,
which Enterprise, Gitea and Forgejo have too), and a file whose hash there is the same is not read again.

A file holds a record, or a list or catalogue of records, of DCAT-US, CKAN or schema.org; each says which it is.
`Place.config` may hold, besides `full_every_days` (`harvest.sources.listed`):
- `api`: where the API is, for servers other than github.com (`https://HOST/api/v3`);
- `raw`: what the address of a file's content begins with, before its path in the repository.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from harvest.findings import error, warning
from harvest.raw_record import RawRecord, content_hash, plain_key
from harvest.sources import ckan_record, data_json, schema_org_page
from harvest.sources.base import Announced, Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.iso import Troubles
from harvest.sources.iso_web import Server
from harvest.sources.listed import finished, read_each, to_read
from harvest.sources.opening import BoundedReader, files_of, is_web_address, open_file, opened, whole
from services.http import HttpClient

_SUFFIXES = (".json", ".jsonld")
#: Bytes of one file and of the list of files.
_MAX_FILE = 32 * 1024 * 1024
_MAX_TREE = 64 * 1024 * 1024

_ADDRESS = re.compile(
    r"/(?P<owner>[^/]+)/(?P<repo>[^/]+?)(?:\.git)?(?:/(?:tree|src/branch)/(?P<ref>[^/]+)(?P<folder>/.*)?)?/?"
)

_decoder = json.JSONDecoder(strict=False)


class JsonFolderAdapter:
    """`pauses`: seconds before each further try of a server that is overloaded."""

    volatile: frozenset[str] = frozenset()

    def __init__(self, *, pauses: Sequence[float] = (2.0, 10.0)) -> None:
        self._pauses = pauses

    def fetch(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Iterator[Event]:
        if not is_web_address(place.url):
            yield from _fetch_files(place, limits)
            return
        repository = _Repository.of(place)
        with HttpClient(limits.policy) as client:
            server = Server(client, limits, pauses=self._pauses)
            yield from _Gather(server, place, memory, repository).events()


@dataclass(frozen=True, slots=True)
class _Repository:
    """`api` and `raw` end without a slash; `folder` is "" or ends with one."""

    api: str
    raw: str
    owner: str
    repo: str
    ref: str
    folder: str

    @classmethod
    def of(cls, place: Place) -> "_Repository":
        """Raises SourceFailed for an address that is no repository's."""
        parts = urlsplit(place.url)
        found = _ADDRESS.fullmatch(unquote(parts.path))
        if found is None:
            raise SourceFailed(
                "This is no address of a repository or of a folder in one: write it as"
                " https://github.com/OWNER/REPOSITORY/tree/BRANCH/FOLDER."
            )
        owner, repo, ref = found["owner"], found["repo"], found["ref"] or "HEAD"
        origin = f"{parts.scheme}://{parts.netloc}"
        is_github = parts.hostname in ("github.com", "www.github.com")
        api = "https://api.github.com" if is_github else f"{origin}/api/v3"
        raw = "https://raw.githubusercontent.com" if is_github else origin
        raw = f"{raw}/{owner}/{repo}/{ref}" if is_github else f"{raw}/{owner}/{repo}/raw/{ref}"
        folder = (found["folder"] or "").strip("/")
        return cls(
            str(place.config.get("api") or api).rstrip("/"),
            str(place.config.get("raw") or raw).rstrip("/"),
            *(owner, repo, ref),
            f"{folder}/" if folder else "",
        )

    @property
    def tree(self) -> str:
        return f"{self.api}/repos/{quote(self.owner)}/{quote(self.repo)}/git/trees/{quote(self.ref)}?recursive=1"

    def file(self, path: str) -> str:
        return f"{self.raw}/{quote(path)}"


@dataclass(slots=True)
class _Gather:
    """One look at a repository: every file, or where the last look is remembered only what changed since."""

    server: Server
    place: Place
    memory: Mapping[str, Any]
    repository: _Repository
    troubles: Troubles = field(default_factory=Troubles)
    files: dict[str, str] = field(default_factory=dict)  # path in the repository → hash
    began: datetime | None = None

    def events(self) -> Iterator[Event]:
        yield from self._list()
        changed = to_read(self.place, self.memory, self.files, began=self.began) if self.troubles.is_whole else None
        is_full = changed is None
        wanted = list(self.files) if changed is None else changed
        yield Announced(len(wanted) if wanted or is_full else len(self.files))
        yield from read_each(wanted, self._file, self.troubles, label=str)
        yield from self.troubles.in_the_end()
        yield finished(
            *(self.place, self.memory, self.files),
            began=self.began,
            is_complete=self.troubles.is_whole,
            is_full=is_full,
            is_idle=not wanted,
        )

    def _list(self) -> Iterator[SourceProblem]:
        """Note the JSON files below the folder. Raises SourceFailed where there is no list, or no such file in it."""
        with self.server.answer(self.repository.tree, headers={"Accept": "application/json"}) as answer:
            self.began = answer.date
            tree = _json(answer.body, most=_MAX_TREE)
        entries = tree.get("tree") if isinstance(tree, dict) else None
        if not isinstance(entries, list):
            raise SourceFailed("The server's list of files is not as GitHub's API gives it.")
        for entry in entries:
            path = str(entry.get("path")) if isinstance(entry, dict) and entry.get("type") == "blob" else ""
            if path.startswith(self.repository.folder) and path.lower().endswith(_SUFFIXES):
                self.files[path] = str(entry.get("sha") or "")
        if tree.get("truncated"):
            self.troubles.is_whole = False
            message = "The repository has more files than the server lists at once, so nothing was retired."
            yield SourceProblem(warning("incomplete-list", message))
        if not self.files:
            raise SourceFailed(f"The folder holds no file whose name ends in {' or '.join(_SUFFIXES)}.")

    def _file(self, path: str) -> Iterator[Event]:
        with self.server.answer(
            self.repository.file(path), headers={"Accept": "application/json, */*;q=0.5"}
        ) as answer:
            yield from _records(_json(answer.body, most=_MAX_FILE), path.removeprefix(self.repository.folder))


def _fetch_files(place: Place, limits: Limits) -> Iterator[Event]:
    files = files_of(place, suffixes=_SUFFIXES)
    names = {str(file): file for file in files}
    troubles = Troubles()

    def read(name: str) -> Iterator[Event]:
        file = names[name]
        with opened(open_file(file), max_bytes=limits.max_bytes) as body:
            yield from _records(_json(body, most=_MAX_FILE), file.name)

    yield from read_each(names, read, troubles, label=lambda name: names[name].name)
    yield from troubles.in_the_end()
    yield Finished(is_whole=troubles.is_whole)


def _json(body: BoundedReader, *, most: int) -> Any:
    """Raises SourceFailed."""
    found = whole(lambda: body.read(256 * 1024), most=most)
    if found is None:
        raise SourceFailed(f"It is larger than {most:,} bytes.")
    text = found.decode("utf-8-sig", "replace")
    try:
        return _decoder.decode(text.strip())
    except (ValueError, RecursionError) as broken:
        if text.lstrip().startswith("<"):
            raise SourceFailed("It is a web page instead of JSON.") from broken
        raise SourceFailed(f"It is not JSON that can be read: {broken}.") from broken


def _records(value: Any, name: str) -> Iterator[Event]:
    """The records of a file: what it is itself, or the members of its list, catalogue or graph."""
    if isinstance(value, dict):
        for key in ("dataset", "@graph", "packages"):
            if isinstance(value.get(key), list):
                value = value[key]
                break
    found = value if isinstance(value, list) else [value]
    for place, item in enumerate(found, 1):
        where = name if len(found) == 1 else f"{name}#{place}"
        if isinstance(item, dict) and item:
            yield _record(item, where)
        else:
            message = f"{where} is not an object that describes a dataset."
            yield SourceProblem(error("not-a-record", message, value=item), element=where)


def _record(body: dict[str, Any], where: str) -> RawRecord:
    """The record, by the rules of the vocabulary that it is written in. Without an identity it is known by its file."""
    if schema_org_page.is_dataset(body) and "name" in {plain_key(key) for key in body}:
        return schema_org_page.record_of(body, where)
    raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if not ckan_record.why_no_dataset(body):
        record = ckan_record.record_of(body, raw)
    else:
        record = data_json.record_of(body, raw, digest=content_hash(body))
    if any(finding.kind == "missing-identifier" for finding in record.findings):
        message = (
            "The record has no identifier, so it is known by its file's name: if that changes, it becomes another."
        )
        stands = tuple(finding for finding in record.findings if finding.kind != "missing-identifier")
        told = (*stands, warning("missing-identifier", message, field="identifier"))
        return RawRecord(where, record.body, record.raw, record.content_hash, told)
    return record
