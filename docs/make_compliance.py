"""Write docs/compliance.md from the packs themselves: every provision with its figures, citation, status and dates.

    python docs/make_compliance.py

A test compares the page with what this writes, so it cannot go stale.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from skiptrace.compliance.law import Window
from skiptrace.compliance.packs import KINDS
from skiptrace.compliance.rulebook import EVERYWHERE, HOUSE_HOURS, shipped_packs
from skiptrace.compliance.statements import KIND_TITLES, bears_on, hours_in_words, in_force, statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skiptrace.compliance.law import Provision
    from skiptrace.compliance.packs import PackFile

PAGE = Path(__file__).with_name("compliance.md")
HEAD = """# The law that contacts are judged by

Made from `skiptrace/compliance/jurisdictions/` by `python docs/make_compliance.py`; do not edit by hand.

This page is for the officer who signs off. It says what the program holds every contact to, where each figure comes
from, how well its text was seen, and what is not covered. **It is not legal advice.** Whoever uses the program
answers for the law of the places in which they use it. `skiptrace rulebook show PLACE` says the same of one place on
one day.

## How it judges

A contact is allowed only if every provision that bears on it allows it. A provision bears on it by place, channel,
party (debtor or third party), kind of contact point, purpose and date. What is not known is read the stricter way:

- **No pack, no contact.** A place without a pack, or under no place with one, is denied. So is a person of whom no
  place or no time zone is known.
- **Several places possible: every one must allow.** Address, time zone, declared jurisdiction and the area codes of
  the numbers on file all count. Hours are those that all places and all zones have in common; each cap holds.
- **The law of a place names no hours:** the house's hold, {house}. Letters have no hours.
- **A contact must fit as a whole,** from start to end. A message takes place when it is sent.
- **An attempt whose outcome is not known counts** against every cap, and so does one that was planned and not
  reported.
- **Status.** P: the primary or official text was seen. S: a summary by an authority, or a secondary page. M: from
  memory only. M may tighten, never permit: inside hours of status M a person must look, outside them is denied, no
  letter goes to a place of which all is known from memory, and a need of status M does not let a third party be asked.
  Nothing that a person must look at is scheduled.
- **Two readings.** Every scheduled row is judged again by other code that shares nothing with the first but this
  data.

Every permit names the provisions that were checked. Those marked "{disclosure}" go with it for whoever makes the
contact: the program cannot judge what is said.

## Third parties

There is no feature to put pressure on a debtor through others, and there will be none.

A third party is asked for one thing only: where the debtor can be found. It is never told of a debt. It is asked only
where the law of every place in question says when that may be done, by the channel that law names, once no contact
point of the debtor's reaches them any more, with a consent for locating that covers the relation, and once, unless it
asked to be called again. A third party that refuses is left alone. A guarantor is a third party, too. The executor of
a dead debtor stands in the debtor's place.

Legal representatives, shareholders, affiliates, guarantors, co-borrowers and companies that employ are third parties
as all others are, whether the debtor is a person or a company. A record that matches one of them may give a contact
point of theirs; it is called only with a consent for contact of that record, beside the relation's for locating. Who is
a debtor themselves is not traced so.

## Wishes and consents

What a person asks for is kept as a stop and holds at once, everywhere, until it ends: to cease, not to be called, an
attorney acting, times and places that do not suit. A stop that cannot be read bars its account, and so does
an account's own row that cannot be read, until a readable row of it comes.

Some provisions can be lifted by a consent; the tables say so. It must be the debtor's own, given to this collector
directly, on a basis of consent, name the contact point and the channel, have the scope named in the table, hold from
start to end, and, where it lifts a stop, have been given after that stop. Nothing is ever planned into hours that
only a consent opens: such a contact must be proposed and checked.

## What is not covered

- **Places.** Only the places named under each pack below are covered; every other one is denied. That includes the
  whole of the European Union and the European Economic Area: no hours were verified there. Whoever adds a pack must
  see to GDPR arts. 5(1)(e), 6(1)(f), 14, 17 and 21 (M). Canada and Brazil have packs for the provinces and states
  named, none for the country. For California, Texas and every state without provisions of its own, Regulation F and
  the TCPA alone are applied. No hours were found for the United Kingdom, Singapore and Hong Kong: the house's hold.
- **What is said.** Templates, calls and voicemails are not read.
- **Exceptions that would permit more** are left out: in the United States the three narrow exceptions to a request to
  cease, the one confirmation of an opt-out, the answer to a debtor who begins contact at a time or place they called
  inconvenient, and the second call to a third party whose answer is believed wrong or incomplete; in the District of
  Columbia the one electronic message that asks for consent to more. Calls that United States law does not count, to
  attorneys, creditors and consumer reporting agencies, count.
- **Other law:** licences, limitation, validation notices, interest and fees, recording of calls, who may be told what
  in court. Singapore counts the search for a debtor itself as collection and asks for a licence.
- **Public holidays** come from the `holidays` package; where a cited list has more, the pack adds them.

## Your own packs

Settings name further packs; they are read after the shipped ones:

```toml
[rulebook]
paths = ["our_law.toml"]   # files, or folders of *.toml
```

```toml
# our_law.toml
name = "Our own rules"
places = ["IN"]

[[provision]]
id = "in.our-daily-call"
kind = "cap"
summary = "at most one call a day"
citation = "decision of our board of 3 March 2026"
status = "P"
channels = ["call"]
count = "attempts"
per = "person"
days = 1
maximum = 1
```

- A provision with an id of its own adds to the law. One with the id of a shipped provision replaces it.
- What replaces a shipped provision and is looser, or cannot be compared, needs `override_reason = "…"`. What is only
  tighter needs none.
- Hours in a place that a shipped pack covers, in whole or in part, hold beside the house's hours; and a need does not
  let third parties be asked where the shipped law is silent, nor does anything let letters be sent where all that is
  shipped is from memory. To do so needs an `override_reason`. A pack for a
  place that no shipped pack covers speaks for itself, unless all that it says there is from memory (status M): then
  contacts stay denied, or within hours of status M are put before a person; letters, which have no hours, stay denied.
- Every override, its reason and the respects in which it is looser stand in `manifest.json` and on `report.html`.
- A pack with any fault stops the command: an unknown field, a missing citation, a place that there is not.

`skiptrace rulebook lint our_law.toml` names every fault by line before the pack is used, and `skiptrace rulebook diff
shipped loaded --settings my.toml` says what the packs in use change, and whether it is looser or tighter. The fields
are described in `skiptrace/compliance/law.py`.

## The packs

Days and hours are local. "Consecutive local days" are counted in every zone the person may be in. An attempt
*connects* unless the line was busy, dead or did not take it: ringing out connects.
"""


def page() -> str:
    """Return the page."""
    packs = shipped_packs()
    hours = next(one for file in packs for one in file.provisions if one.id == HOUSE_HOURS)
    if not isinstance(hours, Window):
        raise TypeError("the house's hours are hours")
    head = HEAD.format(house=", ".join(map(hours_in_words, hours.hours)), disclosure=KIND_TITLES["disclosure"])
    # What holds everywhere comes first.
    ordered = sorted(packs, key=lambda file: (EVERYWHERE not in file.pack.places, file.pack.name))
    return "\n".join([head, *map(section, ordered)])


def section(file: PackFile) -> str:
    """Return one pack's section."""
    own = file.pack.places
    where = "everywhere" if EVERYWHERE in own else ", ".join(sorted(own))
    several = len(own) > 1
    lines = [f"### {file.pack.name}\n", f"`{file.name}`, for {where}.\n"]
    head = ["provision", *(["place"] if several else []), "what it says", "citation", "status", "in force"]
    lines += [row(head), row(["---"] * len(head))]
    kinds = list(KINDS)
    for one in sorted(file.provisions, key=lambda one: (one.places if several else (), kinds.index(one.kind), one.id)):
        place = [", ".join(one.places)] if several else []
        lines.append(row([f"`{one.id}`", *place, said(one), one.citation, one.status, in_force(one)]))
    return "\n".join([*lines, ""])


def said(one: Provision) -> str:
    """Return what a provision says: its summary, and its figures as the program reads them."""
    figures = bears_on(one) if one.kind == "disclosure" else f"{bears_on(one)}: {statement(one)}"
    return f"{one.summary}<br>*{KIND_TITLES[one.kind]}* · {figures}"


def row(cells: Iterable[str]) -> str:
    """Return a row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
