"""From a number or an address in a file to the hours in which it may be called: the whole way, on files by hand."""

from pathlib import Path

import polars as pl
import pytest

from tests.cli.conftest import MONDAY, enter

FOLDER = Path(__file__).parent / "local_time"
PROPOSED = pl.read_csv(FOLDER / "proposals.csv", infer_schema=False)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    batch = tmp_path_factory.mktemp("batch")
    (batch / "accounts.csv").write_bytes((FOLDER / "accounts.csv").read_bytes())
    out = batch / "out" / "verdicts.csv"
    done = enter("check", FOLDER / "proposals.csv", "--batch", batch, "--out", out, "--as-of", MONDAY)
    assert done.code == 0, done.err
    return dict(
        pl.read_csv(out, infer_schema=False).select("proposal_id", pl.struct("verdict", "provision")).iter_rows()
    )


@pytest.mark.parametrize(("name", "expected"), PROPOSED.select("proposal_id", "expected").rows())
def test_the_hours_are_those_of_every_place_the_number_or_address_may_be(name, expected, verdicts):
    verdict, _, provision = expected.partition(" ")
    assert verdicts[name]["verdict"] == verdict, verdicts[name]
    if provision:
        assert verdicts[name]["provision"] == provision
