"""A small soak: `bench/soak.py` does it with fifty sources over a month."""

from typing import Any

import pytest

from bench.soak import soak


@pytest.mark.slow
@pytest.mark.django_db
def test_after_days_of_faults_and_kills_the_catalogue_is_what_the_sources_say(settings: Any):
    settings.OUTBOUND_ALLOW_HOSTS = []

    result = soak(sources=6, days=3, records=12, seed=4, every_hours=4)

    assert result.differences == []
    assert result.entries > 60
    assert result.kills > 0
    assert result.runs["failed"] > 0
