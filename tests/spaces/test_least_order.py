import itertools

from hypothesis import given
from hypothesis import strategies as st

from ktnas.spaces.least_order import least_orders


@st.composite
def shapes(draw):
    """Masks of graphs whose every inner vertex has an edge in; what leads out does not matter here."""
    size = draw(st.integers(1, 6))
    return tuple(draw(st.integers(1, (1 << y) - 1)) for y in range(1, size + 1))


def renumbered(into, order):
    """The masks after putting the vertices of an order at the places 1, 2, ...; None if an edge would lead back."""
    places = {0: 0, **{v: place for place, v in enumerate(order, 1)}}
    masks = [sum(1 << places[x] for x in places if into[v - 1] >> x & 1) for v in (*order, len(into))]
    return None if any(mask >> place for place, mask in enumerate(masks, 1)) else tuple(masks)


@given(shapes())
def test_it_is_the_least_of_all_orders(into):
    found = {order: renumbered(into, order) for order in itertools.permutations(range(1, len(into)))}
    least = min(masks for masks in found.values() if masks is not None)
    masks, orders = least_orders(into)
    assert masks == least
    assert set(orders) == {order for order, code in found.items() if code == least}
    assert len(set(orders)) == len(orders)


@given(shapes(), st.randoms())
def test_the_order_given_does_not_matter(into, random):
    orders = [order for order in itertools.permutations(range(1, len(into))) if renumbered(into, order) is not None]
    assert least_orders(renumbered(into, random.choice(orders)))[0] == least_orders(into)[0]
