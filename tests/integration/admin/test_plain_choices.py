"""Forms in which a publisher is chosen."""

import pytest

from tests.factories.publishers import PublisherFactory

ADD = ["catalogue/dataset", "catalogue/webhook", "harvest/source", "publishers/apitoken", "publishers/invitation"]


@pytest.mark.django_db
@pytest.mark.parametrize("model", ADD)
def test_a_publisher_is_chosen_and_neither_added_nor_changed_on_the_way(model, admin_client):
    PublisherFactory(title="Rivers Agency")
    page = admin_client.get(f"/admin/{model}/add/").content.decode()
    assert ('name="publisher"' in page, ">Rivers Agency</option>" in page) == (True, True)
    assert "related-widget-wrapper-link" not in page
