"""What lists of organisations and of groups have in common: order, part, and how much is told of each. Pure."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import Invalid

#: Most that are given whole. CKAN gives 25, since counting costs it much.
_MOST: Final = 1_000
_SORTS: Final = ("name", "title", "package_count")

#: What is only told when asked for, and under which argument.
_OPTIONAL: Final = {
    "extras": "include_extras",
    "groups": "include_groups",
    "tags": "include_tags",
    "users": "include_users",
    "num_followers": "include_followers",
    "package_count": "include_dataset_count",
}


def listed(dicts: Sequence[dict[str, Any]], arguments: Arguments, *, named: str) -> list[Any]:
    """The names, or with `all_fields` the dictionaries, that the arguments ask for.

    `named` is the argument that lists names of those wanted: `organizations` or `groups`.
    """
    wanted = set(arguments.texts(named)) if arguments.has(named) else None
    typed = arguments.text("q").casefold()
    found = [
        one
        for one in dicts
        if (wanted is None or one["name"] in wanted)
        and (not typed or typed in one["name"].casefold() or typed in one["title"].casefold())
    ]
    key, is_falling = _order(arguments)
    found.sort(key=key, reverse=is_falling)
    offset = arguments.whole("offset", default=0)
    whole = arguments.flag("all_fields")
    limit = arguments.whole("limit", default=_MOST if whole else len(found))
    part = found[offset : offset + (min(limit, _MOST) if whole else limit)]
    return [shown(one, arguments, default=False) for one in part] if whole else [one["name"] for one in part]


def shown(one: dict[str, Any], arguments: Arguments, *, default: bool) -> dict[str, Any]:
    """Without what was not asked for; `default` says whether that is told unless it is refused. Counts always are."""
    return {
        name: value
        for name, value in one.items()
        if name not in _OPTIONAL or arguments.flag(_OPTIONAL[name], default=default or name == "package_count")
    }


def _order(arguments: Arguments) -> tuple[Callable[[dict[str, Any]], Any], bool]:
    words = (arguments.text("sort") or arguments.text("order_by") or "title asc").split()
    field = {"packages": "package_count"}.get(words[0], words[0]) if words else ""
    is_plain = len(words) == 1 or (len(words) == 2 and words[1] in ("asc", "desc"))
    if field not in _SORTS or not is_plain:
        raise Invalid(sort=f"Cannot sort by “{' '.join(words)[:60]}”: use name, title or package_count, asc or desc")
    if field == "package_count":
        return lambda one: (one["package_count"], one["name"]), len(words) == 1 or words[1] == "desc"
    return lambda one: (one[field].casefold(), one["name"]), words[-1] == "desc"
