"""Bodies as the API's description shows them; a test sends each."""

from typing import Any, Final

NEW_RESOURCE: Final[dict[str, Any]] = {
    "url": "https://data.leeds.example/bus-stops.csv",
    "title": "Bus stops, October 2026",
    "format": "CSV",
    "modified": "2026-10-01",
}

NEW_DATASET: Final[dict[str, Any]] = {
    "title": "Bus stops in Leeds",
    "publisher": "leeds-city-council",
    "description": "Every bus stop in Leeds, with its name, position and the services that call there.",
    "topic": "transport",
    "licence": "uk-ogl",
    "tags": ["buses", "public transport", "stops"],
    "frequency": "monthly",
    "contact": {"name": "Transport data team", "email": "transport.data@leeds.example"},
    "box": {"west": -1.8, "south": 53.7, "east": -1.29, "north": 53.95},
    "resources": [NEW_RESOURCE],
}

PATCH: Final[dict[str, Any]] = {"title": "Bus stops in Leeds and Bradford", "topic": None}

RESOURCE_PATCH: Final[dict[str, Any]] = {"url": "https://data.leeds.example/2026/bus-stops.csv"}

ORDER: Final[dict[str, Any]] = {
    "order": ["3f0f8a1e-0000-4000-8000-000000000001", "3f0f8a1e-0000-4000-8000-000000000002"]
}

RELEASE: Final[dict[str, Any]] = {"release_at": "2026-12-01T09:30:00Z"}

REASON: Final[dict[str, Any]] = {"reason": "Replaced by the national bus stop register."}
