"""Commands for what people wish: stops and consents, added, listed, lifted and revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from skiptrace.cli import drawing
from skiptrace.cli.options import (
    AsOf,
    CasefilePath,
    Json,
    KeyFile,
    SettingsFile,
    needed_casefile,
    output_console,
    read_moment,
    terms,
)
from skiptrace.cli.screen import show_json
from skiptrace.pipeline import consenting, stopping

if TYPE_CHECKING:
    import polars as pl

__all__ = ["register"]

Account = Annotated[str | None, typer.Option("--account", metavar="ID", help="Of this account.")]
Point = Annotated[
    str | None, typer.Option("--contact-point", metavar="VALUE", help="A phone number, e-mail or address; default all.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in writing; it is kept.")]
Time = Annotated[str | None, typer.Option(metavar="TIME", help="RFC 3339 with offset.")]

stops = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
consents = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(stops, name="stop")
    app.add_typer(consents, name="consent")


@stops.callback()
def stop() -> None:
    """Add, list or lift stops: bars on contacting somebody.

    Example: skiptrace stop add --account OH-1001 --kind cease --casefile my.casefile
    """


@consents.callback()
def consent() -> None:
    """Add, list or revoke consents.

    Example: skiptrace consent revoke K01 --reason "by telephone" --casefile my.casefile
    """


@stops.command("add")
def stop_add(
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="cease, opt_out, do_not_call, attorney …")],
    account: Account = None,
    contact_point: Point = None,
    channel: Annotated[
        str | None, typer.Option("--channel", help="call, sms, email, letter or visit; default all.")
    ] = None,
    since: Time = None,
    until: Time = None,
    detail: Annotated[
        str | None, typer.Option("--detail", metavar="TEXT", help="Hours or place of an inconvenient one.")
    ] = None,
    casefile: CasefilePath = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Keep a stop from now on, or from --since; it holds until it is lifted, or until --until.

    Example: skiptrace stop add --account OH-1001 --kind cease --casefile my.casefile
    """
    chosen = terms(as_of, 0, settings, quiet=as_json)
    values = {"account_id": account, "contact_point": contact_point, "kind": kind, "channel": channel}
    times = {"since": since, "until": until, "detail": detail}
    done = stopping.add_stop({**values, **times}, needed_casefile(casefile, key_file), chosen)
    if as_json:
        show_json(done)
    else:
        state = "" if done["new"] else " (known already)"
        typer.echo(f"{done['stop_id']}: {done['kind']}, since {done['since']:%Y-%m-%d %H:%M} UTC{state}")


@stops.command("list")
def stop_list(
    account: Account = None,
    casefile: CasefilePath = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """List stops, those that outcomes brought about among them, with the attempt they come from.

    Example: skiptrace stop list --account OH-1001 --casefile my.casefile
    """
    chosen = terms(as_of, 0, settings, quiet=as_json)
    _show(stopping.list_stops(needed_casefile(casefile, key_file), chosen, account), "stops", as_json=as_json)


@stops.command("lift")
def stop_lift(
    names: Annotated[list[str], typer.Argument(metavar="STOP...", help="Names, as `stop list` shows them.")],
    reason: Reason,
    until: Time = None,
    casefile: CasefilePath = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Let stops end now, or at --until. They stay on record with the reason, also if a file names them again.

    Example: skiptrace stop lift S0123456789ab --reason "asked by letter to be called again" --casefile my.casefile
    """
    chosen = terms(as_of, 0, settings, quiet=as_json)
    end = read_moment(until, "--until") if until else None
    done = stopping.lift_stops(names, reason, end, needed_casefile(casefile, key_file), chosen)
    end = end or chosen.as_of
    if as_json:
        show_json({"lifted": done, "until": end})
    else:
        typer.echo(f"{', '.join(done)}: lifted from {end:%Y-%m-%d %H:%M} UTC")


@consents.command("add")
def consent_add(
    consent_id: Annotated[str, typer.Option("--consent-id", metavar="ID", help="A new id.")],
    given_by: Annotated[str, typer.Option("--given-by", help="debtor or third_party.")],
    given_to: Annotated[str, typer.Option("--given-to", help="this_collector, creditor or earlier_collector.")],
    basis: Annotated[str, typer.Option("--basis", help="consent, explicit_consent, separate_consent …")],
    purposes: Annotated[str, typer.Option("--purposes", help="locate, contact, share; several by ;")],
    channels: Annotated[str | None, typer.Option("--channels", help="Several by ;, default all.")] = None,
    scope: Annotated[str | None, typer.Option("--scope", help="Such as call_back.")] = None,
    given_at: Time = None,
    valid_until: Time = None,
    evidence_sha256: Annotated[str | None, typer.Option("--evidence-sha256", help="Hash of what proves it.")] = None,
    account: Account = None,
    contact_point: Point = None,
    casefile: CasefilePath = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Keep a consent, and the contact point of an account that it is given for.

    Example: skiptrace consent add --consent-id K90 --given-by debtor --given-to this_collector --basis consent
    --purposes contact --account OH-1001 --contact-point +16145550142 --casefile my.casefile
    """
    chosen = terms(as_of, 0, settings, quiet=as_json)
    who = {"consent_id": consent_id, "given_by": given_by, "given_to": given_to, "basis": basis, "purposes": purposes}
    what = {"channels": channels, "scope": scope, "given_at": given_at, "valid_until": valid_until}
    kept = needed_casefile(casefile, key_file)
    values = {**who, **what, "evidence_sha256": evidence_sha256}
    done = consenting.add_consent(values, account, contact_point, kept, chosen)
    if as_json:
        show_json(done)
    else:
        typer.echo(f"{done['consent_id']}: kept, given {done['given_at']:%Y-%m-%d %H:%M} UTC")


@consents.command("list")
def consent_list(
    account: Account = None,
    casefile: CasefilePath = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """List consents and whether each holds now.

    Example: skiptrace consent list --account OH-1001 --casefile my.casefile
    """
    chosen = terms(as_of, 0, settings, quiet=as_json)
    _show(consenting.list_consents(needed_casefile(casefile, key_file), chosen, account), "consents", as_json=as_json)


@consents.command("revoke")
def consent_revoke(
    consent_id: Annotated[str, typer.Argument(metavar="ID", help="The consent.")],
    reason: Reason,
    received: Annotated[
        str | None, typer.Option("--received", metavar="TIME", help="When the revocation arrived; default now.")
    ] = None,
    casefile: CasefilePath = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Let a consent end when its revocation was received. It never holds again; a new one has an id of its own.

    Example: skiptrace consent revoke K01 --reason "by telephone" --casefile my.casefile
    """
    chosen = terms(as_of, 0, settings, quiet=as_json)
    done = consenting.revoke_consent(consent_id, received, reason, needed_casefile(casefile, key_file), chosen)
    if as_json:
        show_json(done)
    else:
        typer.echo(f"{consent_id}: revoked from {done['revocation_received_at']:%Y-%m-%d %H:%M} UTC")


def _show(rows: pl.DataFrame, what: str, *, as_json: bool) -> None:
    if as_json:
        show_json(rows.to_dicts())
    elif rows.is_empty():
        typer.echo(f"no {what}")
    else:
        drawing.rows_of(rows, output_console())
