"""An activity has one colour in a store, whatever is selected, and whatever it is called by then."""

from __future__ import annotations

import pytest

import cxkit as cx
from cxkit import where as w
from cxkit.views import theme


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    roles = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}
    return cx.prepare(cx.read(cx.toy_table()).roles(**roles), tmp_path_factory.mktemp("shop") / "store", progress=False)


def test_ranks_are_those_of_the_whole_store(shop):
    table = shop.activities().df()
    ranked = list(shop.ranks)
    assert table.set_index("activity").loc[ranked, "count"].is_monotonic_decreasing
    assert ranked[0] == "Order"
    assert shop.keep(w.contains("Call")).ranks == shop.ranks
    renamed = shop.rename("Call", "Phone").ranks
    assert renamed["Phone"] == shop.ranks["Call"]
    assert "Call" not in renamed


def test_the_most_frequent_have_a_colour_of_their_own_and_the_rest_is_grey():
    colours = [theme.activity_colour(rank)[0] for rank in range(72)]
    assert len(set(colours)) == 72
    assert theme.activity_colour(72) == theme.activity_colour(None) == theme.OTHER


def test_the_map_uses_them_in_every_selection(shop):
    for journeys in (shop, shop.keep(w.contains("Cancel"))):
        svg = journeys.process_map().chart(size=(800, 660)).svg
        order = svg.split("<title>Order\n")[1].split("</g>")[0]
        assert theme.activity_colour(0)[0] in order
