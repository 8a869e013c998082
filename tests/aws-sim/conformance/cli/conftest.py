"""The command line on a clock that stands still (`command`), and on one that runs fast enough for waiters (`fast`)."""

import pytest
from command_line import CommandLine
from simulator import running


@pytest.fixture
def command(aws, tmp_path):
    """`aws` with an empty home directory; time passes only by `command.simulator.advance(seconds)`."""
    return CommandLine(aws, tmp_path)


@pytest.fixture(scope="module")
def running_fast():
    with running("--speed", "600") as started:
        yield started


@pytest.fixture
def fast(running_fast, tmp_path):
    """The same, where ten minutes pass in a second."""
    running_fast.control("POST", "/reset")
    return CommandLine(running_fast, tmp_path)
