"""Imports go one way. DEVELOPERS.md says why."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

#: app → the apps it may import.
MAY_IMPORT = {
    "services": set(),
    "publishers": {"services"},
    "catalogue": {"services", "publishers"},
    "files": {"services", "publishers", "catalogue"},
    "harvest": {"services", "publishers", "catalogue", "files"},
}
APPS = [*MAY_IMPORT, "config"]

#: The layers of an app, lowest first, by the name of the module or folder; a file belongs to the first that fits.
LAYERS = [
    ("models", {"models", "migrations", "permissions"}),
    (
        "read",
        {
            "queries",
            "series",
            "search",
            "serializers",
            "contacts",
            "dumps",
            "search_labels",
            "search_overview",
            "search_tree",
            "backends",
            "quality.measure",
            "quality.outlook",
            "quality.report",
            "attention",
            "links.report",
            "quality.rollups",
            "quality.trends",
            "bulk_plan",
            "mergers",
            "officer_home",
            "proposed",
            "unmerging",
            "inventory.entry_plan",
            "inventory.export",
            "inventory.holdings",
            "inventory.import_plan",
            "inventory.outcome",
            "inventory.search",
        },
    ),
    ("write", {"actions", "pipeline"}),
    (
        "interface",
        {
            "forms",
            "views",
            "api",
            "admin",
            "templatetags",
            "tasks",
            "management",
            "urls",
            "apps",
            "sign_in_log",
            "jinja",
            "foreground",
            "signing_in",
            "second_step_urls",
        },
    ),
]
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py", "signals.py"}


def modules():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield app, path


def imported_modules(path: Path) -> set[str]:
    """Dotted names of every import in a file, wherever it stands in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def layer_of(parts: tuple[str, ...]) -> int:
    """0 for the pure core; the folder or module right below the app decides."""
    plain = [part.removesuffix(".py") for part in parts]
    names = {".".join(plain[1:2]), ".".join(plain[1:3])}
    return next((level for level, (_, layer) in enumerate(LAYERS, 1) if names & layer), 0)


def test_apps_import_only_what_stands_below_them():
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for app, path in modules()
        if app != "config"
        for name in sorted(imported_modules(path))
        if name.split(".")[0] in APPS and name.split(".")[0] not in MAY_IMPORT[app] | {app}
    ]
    assert wrong == []


@pytest.mark.parametrize("app", ["publishers", "catalogue", "files", "harvest"])
def test_within_an_app_no_layer_imports_one_above_it(app):
    wrong = []
    for path in sorted((ROOT / app).rglob("*.py")):
        level = layer_of(path.relative_to(ROOT).parts)
        for name in imported_modules(path):
            parts = tuple(name.split("."))
            if parts[0] == app and len(parts) > 1 and layer_of(parts) > level:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_no_module_hides_its_subject_behind_a_vague_name():
    assert [str(path.relative_to(ROOT)) for _, path in modules() if path.name in FORBIDDEN_NAMES] == []


def test_nothing_imports_the_settings_module():
    wrong = [str(path.relative_to(ROOT)) for _, path in modules() if "config.settings" in imported_modules(path)]
    assert wrong == []


#: Who writes entries as they are told to. Everybody else comes through `actions.holding`, which asks for approval.
WRITERS = {
    "catalogue/actions/batches.py",  # entries that it had made are withdrawn
    "catalogue/actions/datasets.py",  # what is new, and steps of an entry's life
    "catalogue/actions/holding.py",
    "catalogue/actions/mergers.py",  # the operators'
    "catalogue/actions/proposals.py",  # what was approved
    "catalogue/actions/trying.py",  # what is taken back at once
    "harvest/pipeline/load.py",
}


def test_nobody_writes_entries_past_those_who_approve():
    name = "catalogue.actions.store.upsert_many"
    found = {str(path.relative_to(ROOT)) for _, path in modules() if name in imported_modules(path)}
    assert found == WRITERS
