from __future__ import annotations

import pytest

from skiptrace.dialers import make_dialer
from skiptrace.errors import SettingsError
from skiptrace.settings import parse_settings
from tests.dialers.hand_over_rows import AS_OF, BASE, OPTIONS, THIRD, frame


def handed(*rows, options=OPTIONS):
    return make_dialer("freeswitch", options)[0].hand_over(frame(*rows), AS_OF)


def test_commands_to_the_letter_in_the_order_of_their_times():
    later = THIRD | {"not_before": "2026-10-26T09:10:00.5+00:00", "max_ring_s": None}
    (document,) = handed(later, BASE).documents
    assert document.name == "freeswitch.txt"
    first, second = document.content.decode().splitlines()
    assert first == (
        "sched_api 1793005200 skiptrace_a1 originate {origination_caller_id_number=+442079460999,originate_timeout=28,"
        "skiptrace_attempt_id=a1,skiptrace_party=debtor,skiptrace_purpose=collect}"
        "sofia/gateway/trunk/442079460001 agents XML outbound"
    )
    assert second == (
        "sched_api 1793005801 skiptrace_t1 originate {origination_caller_id_number=+442079460999,"
        "skiptrace_attempt_id=t1,skiptrace_party=third_party,skiptrace_purpose=location_only}"
        "sofia/gateway/trunk/442079460001 agents XML outbound"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "sofia/gateway/trunk/{digits} &park"},
        {"endpoint": "[x=1]sofia/gateway/trunk/{digits},other"},
        {"endpoint": "sofia/gateway/trunk/1000"},
        {"extension": "&park()"},
        {"context": "a b"},
        {"caller_id_number": "1,2"},
        {"dialplan": "XML}"},
    ],
)
def test_an_option_that_the_command_line_would_misread_is_one_clear_line(change):
    options = OPTIONS.freeswitch.model_dump() | change
    with pytest.raises(SettingsError, match=rf"export\.freeswitch\.{next(iter(change))}") as caught:
        parse_settings({"export": {"freeswitch": options}})
    assert "\n" not in str(caught.value)
