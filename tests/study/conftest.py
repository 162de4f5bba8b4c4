import pytest

from ktnas.spaces.categorical import Categorical

SPACE = Categorical((4,) * 5)


@pytest.fixture
def space():
    return SPACE


@pytest.fixture
def functions():
    return {"sum": sum, "threes": lambda code: code.count(3) - code[0] / 10}
