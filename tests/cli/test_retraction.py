"""After a consent is revoked, everything is as if there had never been one, to the byte.

But for names of entities: an entity keeps its id when the row that it was named after goes, as other systems hold it;
the id says nothing of the row. And what is common to all debtors is learned anew after a revocation, so it is compared
with learning from scratch.
"""

import random
import re
import shutil

import polars as pl
import pytest

from tests.cli.conftest import MONDAY, SAMPLES

LATER = "2026-11-23T10:00:00+00:00"
FILES = ("pairs.parquet", "model.json")
LEARNED = ("leads.csv", "reach.parquet")


def traced(skiptrace, casefile, out):
    """Return what each file holds; entities and graph by the first row of each entity instead of its id, in order."""
    done = skiptrace("trace", "--casefile", casefile, "--out", out, "--as-of", LATER)
    assert done.code == 0, done.err
    found = {name: (out / name).read_bytes() for name in FILES}
    rows = pl.read_parquet(out / "entities.parquet").with_columns(
        first=pl.concat_str("source", "record_id", separator=":").min().over("entity_id")
    )
    found["entities"] = rows.sort("source", "record_id").drop("entity_id").write_csv().encode()
    first = dict(rows.select("entity_id", "first").unique().iter_rows())
    graph = (out / "graph.graphml").read_text(encoding="utf-8")
    named = re.sub(r"e_[0-9a-f]{16}", lambda found: first.get(found[0], found[0]), graph)
    found["graph"] = "\n".join(sorted(re.sub(r'edge id="\d+"', "edge", line) for line in named.splitlines())).encode()
    return found


@pytest.mark.parametrize(
    ("batch", "seed"),
    [
        ("five_accounts", 1),
        ("five_accounts", 2),
        *(pytest.param("lost_contacts", seed, marks=pytest.mark.slow) for seed in (3, 4)),
    ],
)
def test_what_a_revoked_consent_gave_leaves_no_trace(batch, seed, skiptrace, tmp_path):
    consents = pl.read_csv(SAMPLES / batch / "consents.csv", infer_schema=False)
    # A number that the creditor was given under a consent stays on file: the law of places asks every number known.
    own = SAMPLES / batch / "contact_points.csv"
    named = pl.read_csv(own, infer_schema=False)["consent_id"].to_list() if own.exists() else []
    others = sorted(set(consents["consent_id"]) - set(named))
    revoked = random.Random(seed).sample(others, max(2, consents.height // 20))  # noqa: S311  # no secret
    known = ["--casefile", tmp_path / "kept.casefile", "--as-of", MONDAY]
    assert skiptrace("run", SAMPLES / batch, "--out", tmp_path / "kept", *known).code == 0
    for consent in revoked:
        done = skiptrace("consent", "revoke", consent, "--reason", "by letter", *known)
        assert done.code == 0, done.err

    shutil.copytree(SAMPLES / batch, tmp_path / "never")
    never = consents.filter(~pl.col("consent_id").is_in(revoked))
    never.write_csv(tmp_path / "never" / "consents.csv")
    other = ["--casefile", tmp_path / "never.casefile", "--as-of", MONDAY]
    assert skiptrace("run", tmp_path / "never", "--out", tmp_path / "without", *other).code in (0, 3)

    after = traced(skiptrace, tmp_path / "kept.casefile", tmp_path / "after")
    without = traced(skiptrace, tmp_path / "never.casefile", tmp_path / "other")
    assert [name for name in after if after[name] != without[name]] == []
    # What is common to all is learned anew after a revocation; where none was, that of the last plan still serves.
    fresh = skiptrace("trace", "--batch", tmp_path / "never", "--out", tmp_path / "fresh", "--as-of", LATER)
    assert fresh.code == 0, fresh.err
    assert [
        name for name in LEARNED if (tmp_path / "after" / name).read_bytes() != (tmp_path / "fresh" / name).read_bytes()
    ] == []
    assert not any(consent.encode() in text for consent in revoked for text in after.values())
