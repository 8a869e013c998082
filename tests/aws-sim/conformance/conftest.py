"""What the cases share: a simulator of their own whose clock stands still."""

import pytest
from simulator import running


@pytest.fixture(scope="session")
def simulator():
    with running("--step") as started:
        yield started


@pytest.fixture
def aws(simulator):
    """An empty AWS whose clock stands still until `aws.advance(seconds)`."""
    simulator.control("POST", "/reset")
    return simulator


def pytest_collection_modifyitems(items):
    """Every case says in its docstring what AWS does, and in a marker where AWS says so."""
    for item in items:
        assert item.function.__doc__, f"{item.nodeid}: a docstring must say what AWS does"
        link = item.get_closest_marker("aws")
        assert link and link.args[0].startswith("https://"), f"{item.nodeid}: a link to AWS's page is missing"
