"""The same table under other codes."""

import pytest

from experiments.parts import codes


@pytest.mark.table("transnas101-micro")
def test_mixed_codes_are_the_same_table_in_another_order():
    plain, mixed = codes.Codes("transnas101-micro").load(), codes.Codes("transnas101-micro", mixed=True).load()
    pairs = dict(zip(plain.genotypes, mixed.genotypes, strict=True))
    assert len(set(pairs.values())) == len(pairs) == 4096
    values = [{(g[i], pairs[g][i]) for g in pairs} for i in range(6)]
    assert [len(found) for found in values] == list(plain.space.cardinalities)
    assert any(old != new for found in values for old, new in found)
    assert (plain.record("jigsaw").fitness == mixed.record("jigsaw").fitness).all()


def test_apart_no_symbol_recurs():
    shared, apart = (kind((3, 3)).graph((1, 1)) for kind in (codes.Categorical, codes.Apart))
    assert shared.edges == apart.edges
    assert (len(set(shared.operations)), len(set(apart.operations))) == (5, 6)
