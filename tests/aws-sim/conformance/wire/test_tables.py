"""The tables that the simulator has of AWS's shapes."""

import importlib.util
import json
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[2] / "models"


@pytest.mark.aws("https://smithy.io/2.0/aws/protocols/index.html")
def test_the_tables_are_what_botocore_says(tmp_path):
    """Protocols, operations, parameters and limits are those of AWS's own models, as botocore has them."""
    spec = importlib.util.spec_from_file_location("distil", MODELS / "distil.py")
    distil = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(distil)
    distil.write(tmp_path)
    for service in distil.SERVICES:
        written = (tmp_path / f"{service}.json").read_text()
        assert json.loads(written) == distil.distil(service)
        assert (MODELS / f"{service}.json").read_text() == written, f"{service}: run models/distil.py"
    assert sum(path.stat().st_size for path in MODELS.glob("*.json")) < 1_000_000
