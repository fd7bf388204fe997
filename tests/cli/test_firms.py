"""A firm that owes is traced through the person who stands for it, and a person through their firm, from files."""

import csv
import shutil

import networkx as nx
import pytest

from tests.cli.conftest import MONDAY, enter

FILES = {
    "accounts": """\
account_id,kind,full_name,birth_date,address,region,postal_code,country,phone_1,product
F-1,company,Blue Harbor Freight LLC,,9 Wharf Street,OH,43215,US,614-555-0110,loan
P-1,person,Ivan Pellworth,1979-02-11,77 Larch Avenue,OH,43215,US,614-555-0120,loan
""",
    "relations": """\
relation_id,account_id,relation,consent_id,kind,full_name,birth_date,address,region,postal_code,country,phone_1
r1,F-1,legal_representative,K1,person,Dolores Quarterman,1968-07-30,12 Orchard Lane,OH,43017,US,
r2,P-1,affiliate,K2,company,Pellworth Marine Supply LLC,,4 Quay Road,OH,43215,US,614-555-0141
r3,P-1,spouse,K2,person,Agneta Pellworth,1980-10-05,77 Larch Avenue,OH,43215,US,614-555-0151
""",
    "records": """\
record_id,source,consent_id,observed_on,kind,full_name,birth_date,address,region,postal_code,country,phone_1,phone_2
R-7,registry,K7,2026-11-01,person,Dolores Quarterman,1968-07-30,12 Orchard Lane,OH,43017,US,614-555-0132,
R-8,registry,K8,2026-11-01,company,Pellworth Marine Supply LLC,,4 Quay Road,OH,43215,US,614-555-0141,614-555-0142
R-9,registry,K8,2026-11-01,person,Agneta Pellworth,1980-10-05,77 Larch Avenue,OH,43215,US,614-555-0151,614-555-0152
""",
    "consents": """\
consent_id,given_by,given_to,basis,purposes,given_at
K1,third_party,this_collector,consent,locate;contact,2026-01-05T12:00:00Z
K2,third_party,this_collector,consent,locate;contact,2026-01-05T12:00:00Z
K7,third_party,this_collector,consent,locate;contact,2026-01-05T12:00:00Z
K8,third_party,this_collector,consent,locate,2026-01-05T12:00:00Z
""",
    "attempts": """\
attempt_id,account_id,channel,contact_point,started_at,outcome
t1,F-1,call,+16145550110,2026-11-02T15:00:00Z,disconnected
t2,P-1,call,+16145550120,2026-11-02T15:00:00Z,disconnected
t3,F-1,letter,"9 Wharf Street, Columbus, OH 43215",2026-11-02T15:00:00Z,returned
t4,P-1,letter,"77 Larch Avenue, Columbus, OH 43215",2026-11-02T15:00:00Z,returned
""",
}
LATER = "2026-11-23T10:00:00+00:00"
REGISTERED = "+16145550132"
"""What the registry alone knows of the legal representative."""
OF_THE_FIRM = "+16145550142"
"""What it alone knows of the affiliate, under a consent that is for locating only."""


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def written(folder, **more):
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text + more.get(name, ""))
    return folder


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """One run; read it, do not change it."""
    folder = tmp_path_factory.mktemp("firms")
    (folder / "batch").mkdir()
    batch = written(folder / "batch")
    done = enter("run", batch, "--casefile", folder / "a.casefile", "--out", folder / "out", "--as-of", MONDAY)
    assert done.code == 0, done.err
    return folder


@pytest.fixture
def casefile(first, tmp_path):
    return shutil.copy(first / "a.casefile", tmp_path / "a.casefile")


def leads_of(out):
    return {(row["account_id"], row["party"], row["contact_point"]) for row in rows(out / "leads.csv")}


def traced(casefile, out):
    done = enter("trace", "--casefile", casefile, "--out", out, "--as-of", LATER)
    assert done.code == 0, done.err
    return leads_of(out)


def revoke(casefile, consent):
    done = enter("consent", "revoke", consent, "--reason", "letter", "--casefile", casefile, "--as-of", LATER)
    assert done.code == 0, done.err


def test_a_firm_is_traced_through_who_stands_for_it(first):
    (row,) = [row for row in rows(first / "out" / "leads.csv") if row["contact_point"] == REGISTERED]
    assert (row["account_id"], row["party"]) == ("F-1", "third_party")
    assert row["path"].startswith("legal_representative, relation r1 · record R-7 (registry) matched 0.9")
    assert row["path"].endswith(" · seen 2026-11-01")


def test_a_person_is_traced_through_their_firm_and_not_through_their_family(first):
    found = {point for account, party, point in leads_of(first / "out") if (account, party) == ("P-1", "third_party")}
    assert OF_THE_FIRM in found
    assert "+16145550151" in found
    assert "+16145550152" not in found


def test_third_parties_are_called_for_a_location_and_nothing_else(first):
    third = [row for row in rows(first / "out" / "schedule.csv") if row["party"] == "third_party"]
    assert REGISTERED in {row["contact_point"] for row in third}
    assert {(row["purpose"], row["channel"], row["template_id"]) for row in third} == {
        ("location_only", "call", "location_request")
    }


@pytest.mark.parametrize(
    ("point", "purpose", "verdict", "provision"),
    [
        (REGISTERED, "location_only", "allow", None),
        (REGISTERED, "collect", "deny", "house.third-party.collect"),
        (OF_THE_FIRM, "location_only", "deny", "house.consent"),
    ],
)
def test_what_the_law_says_of_a_point_that_a_record_gave_a_third_party(
    point, purpose, verdict, provision, first, tmp_path
):
    account = "F-1" if point == REGISTERED else "P-1"
    asked = tmp_path / "asked.csv"
    asked.write_text(
        "proposal_id,account_id,channel,contact_point,party,purpose,at\n"
        f"1,{account},call,{point},third_party,{purpose},2026-11-23T16:00:00Z\n"
    )
    out = tmp_path / "verdicts.csv"
    done = enter("check", asked, "--batch", first / "batch", "--out", out, "--as-of", MONDAY)
    assert done.code == 0, done.err
    (found,) = rows(out)
    assert (found["verdict"], found["provision"] or None) == (verdict, provision)


def test_the_tree_shows_the_record_under_the_relations_branch(casefile):
    done = enter("trace", "F-1", "--casefile", casefile, "--as-of", MONDAY)
    branch = done.out.partition("legal_representative (r1)")[2]
    assert REGISTERED in branch
    assert "record R-7 (registry) matched 0.9" in branch
    assert "consents K7" in branch


def test_revoking_a_records_consent_removes_just_its_leads(casefile, tmp_path):
    before = traced(casefile, tmp_path / "before")
    revoke(casefile, "K7")
    assert before - traced(casefile, tmp_path / "after") == {("F-1", "third_party", REGISTERED)}


@pytest.mark.parametrize("consent", ["K1", "K7"])
def test_a_call_planned_on_a_consent_does_not_go_out_without_it(consent, first, casefile):
    revoke(casefile, consent)
    released = casefile.with_name("release.jsonl")
    done = enter(
        "verify", first / "out" / "schedule.jsonl", "--casefile", casefile, "--out", released, "--as-of", LATER
    )
    assert "a consent that it rests on was revoked" in done.out + done.err
    assert REGISTERED not in released.read_text()


def test_whoever_owes_themselves_is_not_asked_at_what_a_record_knows(tmp_path):
    owed = "D-1,person,Dolores Quarterman,1968-07-30,12 Orchard Lane,OH,43017,US,614-555-0139,loan\n"
    (tmp_path / "batch").mkdir()
    done = enter("trace", "--batch", written(tmp_path / "batch", accounts=owed), "--out", tmp_path, "--as-of", MONDAY)
    assert done.code == 0, done.err
    found = leads_of(tmp_path)
    assert ("D-1", "debtor", REGISTERED) in found
    assert {point for account, _, point in found if account == "F-1"}.isdisjoint({REGISTERED, "+16145550139"})


def test_the_graph_tells_firms_from_people_and_how_they_hang_together(first):
    graph = nx.read_graphml(first / "out" / "graph.graphml", force_multigraph=True)
    kinds = {data["label"]: data["type"] for _, data in graph.nodes(data=True)}
    assert kinds["Blue Harbor Freight LLC"] == kinds["Pellworth Marine Supply LLC"] == "company"
    assert kinds["Dolores Quarterman"] == kinds["Ivan Pellworth"] == "person"
    labels = dict(graph.nodes(data="label"))
    ties = {(labels[one], data["edge"], labels[other]) for one, other, data in graph.edges(data=True)}
    assert ("Blue Harbor Freight LLC", "legal_representative", "Dolores Quarterman") in ties
    assert ("Ivan Pellworth", "affiliate", "Pellworth Marine Supply LLC") in ties
