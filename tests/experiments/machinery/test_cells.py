import pytest

from experiments.machinery.cells import draw, listed


@pytest.mark.table("nasbench201")
def test_cells_are_distinct_and_listed():
    cells = draw(40)
    assert cells == draw(40)
    assert cells[:6] == draw(6)
    assert {len(set(zip(*listed(cells).values(), strict=True)))} == {40}  # equal cells would have equal rows
