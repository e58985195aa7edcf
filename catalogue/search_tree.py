"""Options of a facet in the tree that they form: agencies below their department."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalogue.gazetteer.place import lineage
from catalogue.search_labels import Option, publisher_parents


@dataclass(frozen=True, slots=True)
class Branch:
    """An option and what lies below it. `depth` is 0 at the top."""

    option: Option
    depth: int


def as_tree(facet: str, options: list[Option]) -> list[Branch]:
    """Publishers and places in the order of their tree, each level from A to Z; other facets as they are."""
    if facet == "publisher":
        parents: Mapping[str, str] = publisher_parents()
    elif facet == "place":
        parents = {option.value: "".join(lineage(option.value)[-2:-1]) for option in options}
    else:
        return [Branch(option, 0) for option in options]
    return _branches(options, parents)


def _branches(options: list[Option], parents: Mapping[str, str]) -> list[Branch]:
    shown = {option.value for option in options}
    below: dict[str, list[Option]] = {}
    for option in sorted(options, key=lambda each: each.label.lower()):
        parent = parents.get(option.value, "")
        below.setdefault(parent if parent in shown else "", []).append(option)
    branches: list[Branch] = []
    waiting = [(option, 0) for option in reversed(below.get("", []))]
    placed: set[str] = set()
    while waiting:
        option, depth = waiting.pop()
        if option.value in placed:  # somebody tied the tree into a loop
            continue
        placed.add(option.value)
        branches.append(Branch(option, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(option.value, []))]
    branches += [Branch(option, 0) for option in options if option.value not in placed]
    return branches
