"""Splink on one file of people, run by an interpreter that has it: ``python splink_peer.py WORLD FOLDER SEED``.

Reads ``records.csv`` in the folder (for FEBRL 4 the two files in it), writes ``splink/pairs.parquet`` (``record_id_l``,
``record_id_r``, ``match_probability``, ``match_weight``) and ``splink/entities.parquet``.

FEBRL 3 and 4 have the settings of Splink's own examples for them. The worlds have settings in the manner of its example
for 50,000 historical persons, with its library's comparisons for telephone and e-mail put beside; dates and names are
brought to one form first, as its tutorial asks. Of four settings tried on households, scripts and movers these have the
highest sum of F1 at the usual threshold: they were chosen by the truth, which favours Splink. Sparse had one try.
"""

# ruff: noqa: S608  # queries over files this benchmark made

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
import splink
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

_FLOOR = 0.01
"""Pairs below this are not written; the measures count no pair below it for either side."""
_THRESHOLD = 0.95
"""Of Splink's example; clusters are joined at it."""

_FEBRL = """select rec_id as record_id, * exclude (rec_id) replace (trim(date_of_birth) as date_of_birth) from
    read_csv('{path}', all_varchar = true, header = true, delim = ',')"""
_PLAIN = "lower(strip_accents({}))"
_PHONE = "nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 10), '')"
_ADDRESS = "regexp_replace(lower(address), '[^a-z0-9 ]', '', 'g')"


def world_sql(path: Path) -> str:
    """Return the query that brings a world to one form: small letters, one date order, digits of telephones."""
    columns = duckdb.sql(f"describe select * from read_csv('{path}', all_varchar = true)").fetchall()
    has = {row[0] for row in columns}
    picks = ["record_id", f"{_PHONE} as phone", f"{_PLAIN.format('city')} as city"]
    if "name" in has:
        # Title away, surname first put last.
        bare = "regexp_replace(regexp_replace(lower(name), '^(mr|ms) ', ''), '^([^,]+), (.*)$', '\\2 \\1')"
        picks += [f"split_part({bare}, ' ', 1) as first_name", f"split_part({bare}, ' ', -1) as surname"]
        return f"select {', '.join(picks)} from read_csv('{path}', all_varchar = true)"
    given, family = ("given_name", "surname") if "surname" in has else ("first_name", "last_name")
    birth = "dob" if "dob" in has else "date_of_birth"
    forms = ", ".join(f"try_strptime({birth}, '{form}')" for form in ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y"))
    picks += [f"{_PLAIN.format(given)} as first_name", f"{_PLAIN.format(family)} as surname", f"{_ADDRESS} as address"]
    picks += [f"strftime(coalesce({forms}), '%Y-%m-%d') as dob", "lower(email) as email"]
    picks += [f"{'zip' if 'zip' in has else 'postcode'} as postcode"]
    picks += [name for name in ("sex",) if name in has]
    return f"select {', '.join(picks)} from read_csv('{path}', all_varchar = true)"


def _febrl_settings(kind: str) -> tuple[SettingsCreator, list, float, list]:
    """Return settings, deterministic rules with their recall, and EM rules of Splink's example for FEBRL 3 or 4."""
    names = [cl.NameComparison("given_name"), cl.NameComparison("surname")]
    birth = cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d")
    rules = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    turned = "l.given_name = r.surname and l.surname = r.given_name"
    number = cl.ExactMatch("street_number").configure(term_frequency_adjustments=True)
    em = [block_on("date_of_birth"), block_on("postcode")]
    if kind == "febrl3":
        blocking = [block_on(name) for name in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")]
        postcode = cl.ExactMatch("postcode").configure(term_frequency_adjustments=True)
        comparisons = [*names, birth, cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]), number, postcode]
        rules = [*rules, f"{turned} and l.date_of_birth = r.date_of_birth"]
        return _settings(comparisons, blocking, "dedupe_only"), rules, 0.9, em
    blocking = [
        block_on("given_name", "surname"),
        turned,
        block_on("date_of_birth"),
        block_on("soc_sec_id"),
        block_on("state", "address_1"),
        block_on("street_number", "address_1"),
        block_on("postcode"),
    ]
    postcode = cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True)
    comparisons = [
        *(name.configure(term_frequency_adjustments=True) for name in names),
        birth,
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        number,
        postcode,
    ]
    return _settings(comparisons, blocking, "link_only"), rules, 0.8, em


def _world_settings(columns: set[str]) -> tuple[SettingsCreator, list, float, list]:
    """Return the same for a world, by the columns it has."""
    phone = cl.DamerauLevenshteinAtThresholds("phone", [1]).configure(term_frequency_adjustments=True)
    if "dob" not in columns:
        names = cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="full_name")
        city = cl.ExactMatch("city").configure(term_frequency_adjustments=True)
        blocking = [
            block_on("phone"),
            block_on("first_name", "surname"),
            block_on("right(phone, 7)", "surname"),
            block_on("substr(first_name,1,3)", "substr(surname,1,4)", "city"),
        ]
        rules = [block_on("phone", "surname"), block_on("first_name", "surname", "city")]
        return (
            _settings([names, phone, city], blocking, "dedupe_only"),
            rules,
            0.7,
            [
                block_on("phone"),
                block_on("first_name", "surname"),
            ],
        )
    # Address and postcode depend on each other, and Splink's documentation warns of such columns: compared one by one,
    # they cost it a fifth of its F1 on households.
    place = cl.CustomComparison(
        output_column_name="place",
        comparison_levels=[
            cll.And(cll.NullLevel("address"), cll.NullLevel("postcode")),
            cll.ExactMatchLevel("address").configure(tf_adjustment_column="address"),
            cll.JaroWinklerLevel("address", 0.92),
            cll.ExactMatchLevel("postcode"),
            cll.ElseLevel(),
        ],
    )
    comparisons = [
        cl.NameComparison("first_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        phone,
        cl.EmailComparison("email"),
        place,
        *([cl.ExactMatch("sex")] if "sex" in columns else []),
    ]
    blocking = [
        block_on("first_name", "surname", "substr(postcode,1,3)"),
        block_on("surname", "dob"),
        block_on("first_name", "dob"),
        block_on("postcode", "first_name"),
        block_on("postcode", "surname"),
        block_on("phone"),
        block_on("email"),
        block_on("substr(postcode,1,3)", "dob"),
        block_on("substr(first_name,1,2)", "substr(surname,1,2)", "dob"),
    ]
    rules = [
        block_on("first_name", "surname", "dob"),
        block_on("email", "first_name"),
        block_on("dob", "postcode", "phone"),
    ]
    em = [block_on("first_name", "surname"), block_on("dob", "substr(first_name,1,1)"), block_on("email", "dob")]
    return _settings(comparisons, blocking, "dedupe_only"), rules, 0.7, em


def _settings(comparisons: list, blocking: list, link_type: str) -> SettingsCreator:
    return SettingsCreator(
        unique_id_column_name="record_id",
        link_type=link_type,
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=blocking,
    )


def main(world: str, folder: Path, seed: int) -> None:
    """Train, predict, cluster, write."""
    con = duckdb.connect()
    db_api = DuckDBAPI(connection=con)
    if world.startswith("febrl"):
        files = sorted(folder.glob("records*.csv"))
        tables = [con.sql(_FEBRL.format(path=path)).to_arrow_table() for path in files]
        settings, rules, recall, em = _febrl_settings(world)
    else:
        query = world_sql(folder / "records.csv")
        # A term frequency of the whole name needs a column of its own.
        tables = [con.sql(f"select *, first_name || ' ' || surname as full_name from ({query})").to_arrow_table()]
        settings, rules, recall, em = _world_settings(set(tables[0].column_names))
    linker = Linker(
        [db_api.register(table) for table in tables] if len(tables) > 1 else db_api.register(tables[0]), settings
    )
    linker.training.estimate_probability_two_random_records_match(rules, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6 if world.startswith("febrl") else 1e7, seed=seed)
    for rule in em:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=world != "febrl3"
        )
    pairs = linker.inference.predict(threshold_match_probability=_FLOOR)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=_THRESHOLD
    )
    out = folder / "splink"
    out.mkdir(exist_ok=True)
    for frame, columns, name in (
        (pairs, "record_id_l, record_id_r, match_probability, match_weight", "pairs"),
        (clusters, "record_id, cast(cluster_id as varchar) as entity_id", "entities"),
    ):
        con.sql(f"select {columns} from {frame.physical_name}").write_parquet(str(out / f"{name}.parquet"))
    print(json.dumps({"splink": splink.__version__}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
