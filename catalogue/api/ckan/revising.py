"""What `package_revise` is told: which fields must match, which go, which change, which are answered. Pure.

Source: CKAN 2.11's documentation of package_revise. A place is told as a nested object, or in one name whose parts
stand between double underscores: `resources__0__name`. An item of a list goes by its number, from 0 or from the end
(-1), or by at least five characters that its id begins with.
"""

import json
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, cast

_BETWEEN: Final = "__"
_SHORTEST_ID: Final = 5
#: Shorter than an id, which may begin with five digits.
_NUMBER = re.compile(r"-?\d{1,3}|\d{4}", re.ASCII)
_MOST: Final = 1_000
_EXTEND: Final = "extend"


#: Whether it keeps, and the parts of the place's name.
Pattern = tuple[bool, list[str]]
_KEEP: Final[Pattern] = (True, ["*"])
_DROP: Final[Pattern] = (False, ["*"])


class NoSuchPlace(Exception):
    """`parameter` can't be meant. The text says why."""

    def __init__(self, parameter: str, why: str) -> None:
        super().__init__(why)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Revision:
    """One call. Names with parts are in order, as CKAN takes them."""

    match: Mapping[str, Any]
    match_parts: tuple[tuple[str, Any], ...]
    filter: tuple[str, ...]
    update: Mapping[str, Any]
    update_parts: tuple[tuple[str, Any], ...]
    include: tuple[str, ...]

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "Revision":
        """Raises `NoSuchPlace`."""

        def parts(of: str) -> tuple[tuple[str, Any], ...]:
            start = f"{of}{_BETWEEN}"
            found = [(name.removeprefix(start), value) for name, value in values.items() if name.startswith(start)]
            return tuple((name, _from_json(value)) for name, value in sorted(found, key=lambda item: item[0]))

        strange = [name for name in values if not re.match(r"(match|filter|update|include)$|(match|update)__.", name)]
        if strange:
            raise NoSuchPlace(strange[0], "Give match, filter, update, include, and names after match__ or update__")
        return cls(
            _object(values, "match"), parts("match"), _patterns(values, "filter"),
            _object(values, "update"), parts("update"), _patterns(values, "include"),
        )  # fmt: skip

    @property
    def key(self) -> str:
        """The id or name of the dataset that is meant; "" for none."""
        named = {**self.match, **dict(self.match_parts)}
        return str(named.get("id") or named.get("name") or "")

    @property
    def told(self) -> dict[str, Any]:
        """Fields of the dataset itself that are to change."""
        return {**self.update, **{name: value for name, value in self.update_parts if _BETWEEN not in name}}

    def mismatches(self, package: Mapping[str, Any]) -> list[str]:
        """The places where the dataset doesn't say what it must."""
        found = [place for name, wanted in self.match.items() for place in _mismatches(package, name, wanted)]
        for name, wanted in self.match_parts:
            holder, last = _holder(package, name, "match")
            found += [name] if _get(holder, last, f"match__{name}") != wanted else []
        return found

    def applied(self, package: Mapping[str, Any]) -> dict[str, Any]:
        """The package as it is to be. Raises `NoSuchPlace`."""
        revised = cast(dict[str, Any], kept(deepcopy(dict(package)), self.filter))
        revised.setdefault("resources", [])  # a package without leaves its resources as they are
        _merge(revised, self.update)
        for name, value in self.update_parts:
            _put(revised, name, value)
        return revised

    def answer(self, package: Mapping[str, Any]) -> dict[str, Any]:
        """What of the answer is asked for."""
        return cast(dict[str, Any], kept({"package": package}, self.include))


def kept(value: Any, patterns: Iterable[str]) -> Any:
    """What is left of a value: of each place the first pattern that fits it decides, `+` keeps it and `-` drops it."""
    return _kept(value, [(pattern[0] == "+", pattern[1:].split(_BETWEEN)) for pattern in patterns])


def _kept(value: Any, patterns: list[Pattern]) -> Any:
    if not patterns or not isinstance(value, dict | list):
        return value
    items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    left = []
    for key, inner in items:
        own = _of_place(patterns, key, inner, len(items))
        if own and own[0] == _DROP:
            continue
        found = inner if own and own[0] == _KEEP else _kept(inner, own)
        # Something inside was to be kept, and nothing is there
        if own and own[-1] == _DROP and (found in ({}, []) or not isinstance(found, dict | list)):
            continue
        left.append((key, found))
    return dict(left) if isinstance(value, dict) else [inner for _, inner in left]


def _of_place(patterns: list[Pattern], key: Any, inner: Any, count: int) -> list[Pattern]:
    """The patterns for what is in this place, up to the first that is for all of it."""
    own: list[Pattern] = []
    for keeps, (head, *rest) in patterns:
        if head == "*" or _is_called(key, inner, head, count):
            own.append((keeps, rest or ["*"]))
            if not rest:
                break
    return own


def _is_called(key: Any, inner: Any, name: str, count: int) -> bool:
    if isinstance(key, str):
        return key == name
    if _NUMBER.fullmatch(name):
        return int(name) in (key, key - count)
    return _begins(inner, name)


def _begins(item: Any, start: str) -> bool:
    return isinstance(item, dict) and len(start) >= _SHORTEST_ID and str(item.get("id", "")).startswith(start)


def _mismatches(holder: Any, key: str | int, wanted: Any, place: str = "") -> list[str]:
    place = f"{place}{_BETWEEN}{key}" if place else str(key)
    try:
        found = holder[key]
    except (KeyError, IndexError, TypeError):
        return [place]
    if isinstance(wanted, dict):
        return [one for name, inner in wanted.items() for one in _mismatches(found, name, inner, place)]
    if isinstance(wanted, list):
        return [one for number, inner in enumerate(wanted) for one in _mismatches(found, number, inner, place)]
    return [] if found == wanted else [place]


def _holder(package: Any, name: str, parameter: str) -> tuple[Any, str]:
    """What holds the place that `name` tells, and the last part of the name."""
    *heads, last = name.split(_BETWEEN)
    holder = package
    for head in heads:
        holder = _get(holder, head, f"{parameter}{_BETWEEN}{name}")
    return holder, last


def _get(holder: Any, key: str, parameter: str) -> Any:
    if isinstance(holder, list):
        return holder[_number(holder, key, parameter)]
    if not isinstance(holder, dict) or key not in holder:
        raise NoSuchPlace(parameter, f"Unmatched key {key}")
    return holder[key]


def _number(items: list[Any], key: str, parameter: str) -> int:
    if _NUMBER.fullmatch(key):
        number = int(key)
        if -len(items) <= number < len(items):
            return number
    else:
        found = [place for place, item in enumerate(items) if _begins(item, key)]
        if len(found) == 1:
            return found[0]
    raise NoSuchPlace(parameter, f"Unmatched key {key}")


def _merge(holder: dict[str, Any], update: Mapping[str, Any]) -> None:
    for name, value in update.items():
        holder[name] = _merged(holder.get(name), value)


def _merged(current: Any, value: Any) -> Any:
    """Objects go into objects, and items of a list into those of the same number."""
    if isinstance(current, dict) and isinstance(value, dict):
        _merge(current, value)
        return current
    if isinstance(current, list) and isinstance(value, list):
        both = [_merged(old, new) for old, new in zip(current, value, strict=False)]
        return both + current[len(both) :] + value[len(both) :]
    return value


def _put(package: dict[str, Any], name: str, value: Any) -> None:
    parameter = f"update{_BETWEEN}{name}"
    holder, last = _holder(package, name, "update")
    if isinstance(holder, list):
        if last == _EXTEND:
            if not isinstance(value, list):
                raise NoSuchPlace(parameter, "Must be a list")
            holder.extend(value)
        else:
            number = _number(holder, last, parameter)
            holder[number] = _merged(holder[number], value)
    elif isinstance(holder, dict):
        holder[last] = _merged(holder.get(last), value)
    else:
        raise NoSuchPlace(parameter, f"Unmatched key {last}")


def _from_json(value: Any) -> Any:
    """A text that is JSON is read as such, as forms send it."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _object(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = _from_json(values.get(name))
    if found in (None, ""):
        return {}
    if not isinstance(found, dict):
        raise NoSuchPlace(name, "Must be a dict")
    return found


def _patterns(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = _from_json(values.get(name))
    if isinstance(found, str):
        found = [part.strip() for part in found.split(",")]
    if not isinstance(found, list | None) or not all(isinstance(one, str) for one in found or []):
        raise NoSuchPlace(name, "Must be a list of strings")
    patterns = tuple(one for one in found or [] if one)
    if len(patterns) > _MOST or any(one[0] not in "+-" or len(one) == 1 for one in patterns):
        raise NoSuchPlace(name, "Each must begin with + or - and name a field, such as -resources__0")
    return patterns
