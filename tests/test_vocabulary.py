import polars as pl

from skiptrace import errors
from skiptrace.vocabulary import Channel, Outcome, StopKind, outcome_meanings


def test_every_outcome_has_one_meaning():
    assert outcome_meanings()["outcome"].sort().to_list() == sorted(outcome.value for outcome in Outcome)


def test_meanings_use_known_words_and_do_not_contradict_themselves():
    meanings = outcome_meanings()
    assert set(meanings["channels"].explode()) <= {channel.value for channel in Channel}
    assert set(meanings["stop"].drop_nulls()) <= {kind.value for kind in StopKind}
    assert meanings.filter(pl.col("conversation") & ~pl.col("connected")).is_empty()
    assert meanings.filter(pl.col("reach") & (pl.col("live") < 1)).is_empty()
    assert meanings.filter((pl.col("live") < 0) & pl.col("answered")).is_empty()


def test_what_does_not_connect_is_not_counted_and_ringing_out_is():
    connected = dict(outcome_meanings().select("outcome", "connected").iter_rows())
    assert [connected[name] for name in ("busy", "disconnected", "failed")] == [False] * 3
    assert [connected[name] for name in ("no_answer", "voicemail", "switched_off")] == [True] * 3


def test_an_unverified_human_may_have_been_a_conversation():
    row = outcome_meanings().filter(pl.col("outcome") == "human_unverified").row(0, named=True)
    assert row["conversation"] is None
    assert row["reach"] is None


def test_each_error_has_the_documented_exit_code():
    codes = {name: getattr(errors, name).exit_code for name in errors.__all__}
    assert codes == {
        "SkiptraceError": 1,
        "UsageError": 2,
        "InputError": 3,
        "SettingsError": 4,
        "RulebookError": 4,
        "CasefileError": 5,
        "CasefileKeyWrong": 5,
        "CasefileLocked": 5,
        "PromiseBroken": 6,
    }
