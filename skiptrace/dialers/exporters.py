"""The dialers that schedules can be written for, by the name of their format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from skiptrace import dialer_settings
from skiptrace.dialers.asterisk import Asterisk
from skiptrace.dialers.connect import Connect
from skiptrace.dialers.cxone import Cxone
from skiptrace.dialers.five9 import Five9
from skiptrace.dialers.freeswitch import Freeswitch
from skiptrace.dialers.genesys import Genesys
from skiptrace.dialers.goautodial import Goautodial
from skiptrace.dialers.ical import Ical
from skiptrace.dialers.twilio import Twilio
from skiptrace.dialers.uccx import Uccx
from skiptrace.dialers.vicidial import Vicidial
from skiptrace.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from skiptrace.dialer_settings import DialerParams, ExportParams
    from skiptrace.dialers.handover import Dialer

__all__ = ["DIALERS", "make_dialer"]

DIALERS: Mapping[str, tuple[Callable[[Any], Dialer], type[DialerParams]]] = {
    "vicidial": (Vicidial, dialer_settings.VicidialParams),
    "asterisk": (Asterisk, dialer_settings.AsteriskParams),
    "connect": (Connect, dialer_settings.ConnectParams),
    "twilio": (Twilio, dialer_settings.TwilioParams),
    "genesys": (Genesys, dialer_settings.GenesysParams),
    "five9": (Five9, dialer_settings.Five9Params),
    "cxone": (Cxone, dialer_settings.CxoneParams),
    "uccx": (Uccx, dialer_settings.UccxParams),
    "goautodial": (Goautodial, dialer_settings.GoautodialParams),
    "freeswitch": (Freeswitch, dialer_settings.FreeswitchParams),
    "ical": (Ical, dialer_settings.IcalParams),
}
"""Format → its writer, and the options that this takes."""


def make_dialer(form: str, params: ExportParams) -> tuple[Dialer, DialerParams]:
    """Return a dialer with its options, and these.

    Parameters
    ----------
    form
        One of ``DIALERS``.
    params
        ``[export]`` of the settings.

    Raises
    ------
    SettingsError
        If nothing is said of this dialer, and it cannot do without.

    Examples
    --------
    >>> make_dialer("asterisk", dialer_settings.ExportParams())
    Traceback (most recent call last):
        ...
    skiptrace.errors.SettingsError: settings: export.asterisk.channel is missing; --format asterisk needs it
    """
    writer, kind = DIALERS[form]
    options = getattr(params, form)
    if options is None:
        try:
            options = kind()
        except ValidationError as error:
            missing = error.errors(include_url=False)[0]["loc"][0]
            raise SettingsError(f"settings: export.{form}.{missing} is missing; --format {form} needs it") from None
    return writer(options), options
