"""Which of the packages that a source gives are harvested, and what is said of the others. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from harvest.findings import error, warning
from harvest.raw_record import RawRecord
from harvest.sources.base import SourceProblem
from harvest.sources.ckan_documents import BrokenLine, Element
from harvest.sources.ckan_portal import quoted
from harvest.sources.ckan_record import group_names, is_public, organisation_names, record_of, unwrapped, why_no_dataset


class Selection:
    """Takes packages one by one and counts: `given` were harvested, `left_out` weren't meant to be, `lost` were no
    packages though they stood among them. `names_only` counts bare names.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.given = self.left_out = self.lost = self.names_only = 0
        self._not_public = 0
        self._organisations = _included(config, "organizations")
        self._not_organisations = _excluded(config, "organizations")
        self._groups = _included(config, "groups")
        self._not_groups = _excluded(config, "groups")

    def take(self, element: Element) -> RawRecord | SourceProblem | None:
        """The record that the element is; None for one that is not wanted."""
        body = unwrapped(element.value)
        if reason := why_no_dataset(body):
            self.lost += 1
            self.names_only += isinstance(body, str)
            return SourceProblem(error("not-a-dataset", reason, value=body), element=self._name(body))
        if not is_public(body):
            self._not_public += 1
            self.left_out += 1
            return None
        if not self._is_wanted(body):
            self.left_out += 1
            return None
        self.given += 1
        return record_of(body, element.raw)

    def broken_line(self, line: BrokenLine) -> SourceProblem:
        self.lost += 1
        message = f"Line {line.number:,} is not JSON, so its record is missing here."
        return SourceProblem(error("not-json", message, value=line.start), element=f"line {line.number}")

    def about_left_out(self) -> Iterator[SourceProblem]:
        if self._not_public:
            message = (
                f"{self._not_public:,} records are deleted, private or no datasets at the source,"
                " so they count as not being there."
            )
            yield SourceProblem(warning("not-public", message))

    def _is_wanted(self, body: Mapping[str, Any]) -> bool:
        organisations, groups = organisation_names(body), group_names(body)
        if (self._organisations and not self._organisations & organisations) or (
            self._groups and not self._groups & groups
        ):
            return False
        return not (self._not_organisations & organisations or self._not_groups & groups)

    def _name(self, body: Any) -> str:
        name = (body.get("name") or body.get("id")) if isinstance(body, dict) else body
        return name[:200] if isinstance(name, str) and name.strip() else f"#{self.given + self.left_out + self.lost}"


def search_filter(config: Mapping[str, Any]) -> str:
    """The same choice in the language of `package_search`, and the operator's own filter."""
    parts = [str(config.get("filter") or "").strip()]
    for field, key in (("organization", "organizations"), ("groups", "groups")):
        if wanted := _included(config, key):
            parts.append("(" + " OR ".join(f"{field}:{quoted(name)}" for name in sorted(wanted)) + ")")
        parts.extend(f"-{field}:{quoted(name)}" for name in sorted(_excluded(config, key)))
    return " ".join(part for part in parts if part)


def _included(config: Mapping[str, Any], key: str) -> frozenset[str]:
    return _names(config.get(f"{key}_filter_include"))


def _excluded(config: Mapping[str, Any], key: str) -> frozenset[str]:
    return _names(config.get(f"{key}_filter_exclude"))


def _names(value: Any) -> frozenset[str]:
    if isinstance(value, str):
        value = value.split(",")
    return (
        frozenset(str(name).strip() for name in value if str(name).strip()) if isinstance(value, list) else frozenset()
    )
