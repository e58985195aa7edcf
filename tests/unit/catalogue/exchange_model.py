"""Checks records by the UK exchange model, a LinkML schema: what is required, which values and patterns are allowed."""

import re
from pathlib import Path
from typing import Any

import yaml


class ExchangeModel:
    def __init__(self, path: Path) -> None:
        self._model = yaml.safe_load(path.read_text())

    def problems(self, record: dict[str, Any]) -> list[str]:
        """What is wrong with a Dataset or a DataService; empty for a valid one."""
        return self._of(record["type"].removeprefix("dcat:"), record)

    def _of(self, kind: str, record: dict[str, Any]) -> list[str]:
        slots = self._slots(kind)
        problems = [
            f"{name} is required" for name, slot in slots.items() if slot.get("required") and name not in record
        ]
        for name, value in record.items():
            if name not in slots:
                problems.append(f"{name} is unknown")
                continue
            slot = slots[name]
            if bool(slot.get("multivalued")) != isinstance(value, list):
                problems.append(f"{name} has the wrong number of values")
            for one in value if isinstance(value, list) else [value]:
                problems += self._value(name, slot, one)
        return problems

    def _slots(self, kind: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        one = self._model["classes"][kind]
        if parent := one.get("is_a"):
            found |= self._slots(parent)
        usage = one.get("slot_usage", {})
        found |= {name: dict(self._model["slots"][name]) for name in one.get("slots", ())}
        for name, changed in usage.items():
            found[name] = {**found.get(name, self._model["slots"][name]), **changed}
        return found

    def _value(self, name: str, slot: dict[str, Any], value: Any) -> list[str]:
        wanted = slot.get("range", "")
        if wanted in self._model["classes"]:
            return self._of(wanted, value)
        values = self._model["enums"].get(wanted, {}).get("permissible_values")
        if values and value not in values:
            return [f"{name} is {value}"]
        if wanted == "date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return [f"{name} is no date: {value}"]
        if wanted in ("uri", "uriorcurie") and not re.match(r"[\w.+-]+:\S+$", value):
            return [f"{name} is no address: {value}"]
        pattern = slot.get("pattern")
        return [f"{name} is {value}"] if pattern and not re.match(pattern, value) else []
