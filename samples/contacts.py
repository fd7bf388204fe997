"""The committed sample batch: one world written the way creditors and their sources send it, in many formats."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from files import csv_bytes, jsonl_bytes, workbook, write_parquet
from truth import TRUTH_COLUMNS
from world import COLUMNS, Size, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["SEED", "SIZE", "write_contacts"]

SEED = 2026
SIZE = Size(accounts=400, attempts=5000, records=1500)

Table = list[dict[str, object]]

_CHINESE_ACCOUNTS = {
    "account_id": "账号",
    "person_id": "客户号",
    "kind": "主体类型",
    "full_name": "姓名",
    "birth_date": "出生日期",
    "national_id": "身份证号",
    "phone_1": "手机号",
    "phone_2": "手机号2",
    "phone_3": "手机号3",
    "email_1": "邮箱",
    "employer": "工作单位",
    "address": "地址",
    "city": "城市",
    "region": "省份",
    "postal_code": "邮编",
    "country": "国家",
    "balance": "欠款金额",
    "currency": "币种",
    "product": "产品",
    "age_band": "年龄段",
    "days_past_due": "逾期天数",
    "tag": "标签",
    "promise_due_on": "承诺还款日",
    "opened_on": "开户日期",
    "portfolio": "资产包",
}
_CHINESE_WORDS = {
    "person": "个人",
    "company": "企业",
    "lost": "失联",
    "promise_to_pay": "承诺还款",
    "needs_help": "困难",
    "wilful": "恶意拖欠",
    "dispute": "争议",
}
_CHINESE_RECORDS = {
    "record_id": "记录编号",
    "source": "来源",
    "consent_id": "授权编号",
    "observed_on": "采集日期",
    "full_name": "姓名",
    "national_id": "身份证号",
    "phone_1": "手机号",
    "email_1": "邮箱",
    "address": "地址",
    "city": "城市",
    "region": "省份",
    "postal_code": "邮编",
    "country": "国家",
}
_BUREAU = {
    "record_id": "rec_id",
    "source": "source",
    "consent_id": "consent_id",
    "observed_on": "observed_on",
    "given_name": "first_name",
    "family_name": "surname",
    "full_name": "full_name",
    "alias_1": "alias_1",
    "birth_date": "date_of_birth",
    "address": "street_address",
    "city": "city",
    "region": "state",
    "postal_code": "zip",
    "country": "country",
    "phone_1": "phone",
    "phone_2": "phone_2",
    "email_1": "email",
}
_BUREAU_ELSEWHERE = _BUREAU | {"region": "province", "postal_code": "postcode"}


def write_contacts(samples: Path) -> None:
    """Write ``lost_contacts`` and, beside it, ``lost_contacts_truth``; what was in them before is removed."""
    tables: dict[str, Table] = {}
    for name, values in rows(SIZE, SEED, truth=True):
        tables.setdefault(name, []).append(values)
    out, truth = samples / "lost_contacts", samples / "lost_contacts_truth"
    for folder in (out, truth):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    _accounts(out, tables["accounts"])
    _attempts(out, tables["attempts"], {str(row["account_id"]): str(row["country"]) for row in tables["accounts"]})
    _records(out, tables["records"])
    for name in ("contact_points", "relations", "consents", "stops"):
        _write(out / f"{name}.csv", csv_bytes(tables[name], _same(COLUMNS[name])))
    for name, columns in TRUTH_COLUMNS.items():
        _write(truth / f"{name}.csv", csv_bytes(tables[f"truth/{name}"], _same(columns)))


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _same(columns: tuple[str, ...]) -> dict[str, str]:
    return {name: name for name in columns}


def _accounts(out: Path, accounts: Table) -> None:
    chinese = [row for row in accounts if row["country"] == "CN" and row.get("full_name")]
    ids = {row["account_id"] for row in chinese}
    others = [row for row in accounts if row["account_id"] not in ids]
    others[40]["balance"] = "-12.50"
    others[90]["phone_2"] = "call after six"
    _write(out / "accounts.csv", csv_bytes(others, _same(COLUMNS["accounts"])))
    for row in chinese:
        row |= {"kind": _CHINESE_WORDS[str(row["kind"])], "tag": _CHINESE_WORDS.get(str(row["tag"]), row["tag"])}
        row["birth_date"] = str(row.get("birth_date", "")).replace("-", "/")
    _write(out / "accounts_cn.csv", csv_bytes(chinese, _CHINESE_ACCOUNTS, encoding="gb18030"))


def _attempts(out: Path, attempts: Table, countries: dict[str, str]) -> None:
    attempts = sorted(attempts, key=lambda row: (_utc(row), str(row["attempt_id"])))
    asian = [row for row in attempts if countries[str(row["account_id"])] in {"CN", "IN"}]
    others = [row for row in attempts if countries[str(row["account_id"])] not in {"CN", "IN"}]
    others[500:500] = [
        others[499],
        others[498] | {"attempt_id": "T9000001", "account_id": "A999999"},
        others[497] | {"attempt_id": "T9000002", "started_at": str(others[497]["started_at"])[:19]},
        others[496] | {"attempt_id": "T9000003", "outcome": "XFER-7"},
    ]
    _write(out / "attempts.csv", csv_bytes(others, _same(COLUMNS["attempts"])))
    for row in asian:
        row["started_at"] = _utc(row).isoformat().replace("+00:00", "Z")
        row["debt_ids"] = [debt for debt in str(row["debt_ids"]).split(";") if debt] or None
    _write(out / "attempts.jsonl", jsonl_bytes(asian))


def _utc(row: dict[str, object]) -> datetime:
    return datetime.fromisoformat(str(row["started_at"])).astimezone(UTC)


def _dates(order: str) -> Callable[[dict[str, object]], dict[str, object]]:
    """Return what rewrites whole birth dates from ISO to another order; partial ones stay."""
    pattern = {"mdy": r"\2/\3/\1", "dmy": r"\3/\2/\1"}[order]

    def rewritten(row: dict[str, object]) -> dict[str, object]:
        return row | {"birth_date": re.sub(r"^(\d{4})-(\d{2})-(\d{2})$", pattern, str(row["birth_date"]))}

    return rewritten


def _records(out: Path, records: Table) -> None:
    def of(*sources: str, countries: str = "US GB CN IN AU CA") -> Table:
        places = countries.split()
        return [row for row in records if row["source"] in sources and row["home"] in places]

    us, gb = _dates("mdy"), _dates("dmy")
    bureau_us = [us(row) for row in of("bureau", countries="US")]
    _write(out / "records_bureau_us.csv", csv_bytes(bureau_us, _BUREAU, encoding="utf-8-sig"))
    bureau_uk = [gb(row) for row in of("bureau", "electoral", countries="GB")]
    _write(out / "records_bureau_uk.csv", csv_bytes(bureau_uk, _BUREAU_ELSEWHERE, delimiter=";"))
    elsewhere = of("bureau", countries="AU CA IN CN")
    _write(out / "records_bureau.csv", csv_bytes(elsewhere, _BUREAU_ELSEWHERE))
    directory = csv_bytes(of("directory"), _same(COLUMNS["records"]), encoding="latin-1", delimiter="\t")
    _write(out / "records_directory.tsv", directory)
    chinese = csv_bytes(of("telecom", "delivery"), _CHINESE_RECORDS, encoding="gb18030")
    _write(out / "records_cn.csv", chinese)
    heads = COLUMNS["records"]
    moved = [[row[name] if name != "birth_date" else us(row)[name] for name in heads] for row in of("relocation")]
    _write(out / "records_relocation.xlsx", workbook([list(heads), *moved]))
    _write(
        out / "records_work.jsonl",
        jsonl_bytes({name: row[name] for name in heads} for row in of("payroll", "registry")),
    )
    write_parquet(out / "records_utility.parquet", of("utility"), heads)
