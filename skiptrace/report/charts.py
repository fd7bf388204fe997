"""Charts as inline SVG, without scripts and without anything from a network."""

from __future__ import annotations

import re

import altair as alt
import polars as pl
import vl_convert as vlc

__all__ = ["CHANNEL_COLOURS", "bars", "calibration", "heat_map", "stacked_days"]

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
CHANNEL_COLOURS = {"call": "#2563a8", "sms": "#2a9d8f", "email": "#e09f3e", "letter": "#9a6fb0", "visit": "#8d6e63"}
"""Told apart by people with any colour vision, and by brightness in print."""
_FONT = "system-ui, sans-serif"
_INK = "#333"
_ROOM = {"left": 28, "right": 28, "top": 5, "bottom": 5}
"""Text is laid out in one font and shown in the reader's own, which may be wider."""


def heat_map(cells: pl.DataFrame, value: str, title: str) -> str:
    """Draw the hours of the week.

    Parameters
    ----------
    cells
        ``weekday`` (0 = Monday), ``hour`` and the value; missing cells stay white.
    value
        Column to colour by.
    title
        Of the colour scale.
    """
    frame = cells.with_columns(day=pl.col("weekday").replace_strict(dict(enumerate(WEEKDAYS)), return_dtype=pl.String))
    chart = (
        alt.Chart(frame.select("day", "hour", value))
        .mark_rect(stroke="white", strokeWidth=1)
        .encode(
            x=alt.X("hour:O", title="local hour", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("day:O", sort=WEEKDAYS, title=None),
            color=alt.Color(f"{value}:Q", title=title, scale=alt.Scale(scheme="blues", zero=True)),
        )
        .properties(width=620, height=190)
    )
    return _svg(chart, title)


def stacked_days(counts: pl.DataFrame, title: str) -> str:
    """Draw attempts by day and channel: ``day`` (str), ``channel``, ``attempts``."""
    channels = [channel for channel in CHANNEL_COLOURS if channel in counts["channel"].to_list()]
    chart = (
        alt.Chart(counts)
        .mark_bar()
        .encode(
            x=alt.X("day:O", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("attempts:Q", title="attempts"),
            color=alt.Color(
                "channel:N",
                title=None,
                scale=alt.Scale(domain=channels, range=[CHANNEL_COLOURS[channel] for channel in channels]),
            ),
            order=alt.Order("channel:N"),
        )
        .properties(width=620, height=200)
    )
    return _svg(chart, title)


def bars(counts: pl.DataFrame, label: str, value: str, title: str) -> str:
    """Draw one bar a row, longest first."""
    chart = (
        alt.Chart(counts.select(label, value))
        .mark_bar(color="#2563a8", height={"band": 0.7})
        .encode(
            x=alt.X(f"{value}:Q", title=None, axis=alt.Axis(tickMinStep=1)),
            y=alt.Y(f"{label}:N", sort="-x", title=None, axis=alt.Axis(labelLimit=260)),
        )
        .properties(width=430, height=alt.Step(22))
    )
    return _svg(chart, title)


def calibration(bins: pl.DataFrame, title: str) -> str:
    """Draw forecast against observed shares: ``forecast``, ``observed``, ``attempts``; on the diagonal they agree."""
    top = max([0.05, *bins["forecast"].to_list(), *bins["observed"].to_list()])
    scale = alt.Scale(domain=[0, top], nice=False)
    diagonal = (
        alt.Chart(pl.DataFrame({"x": [0.0, top], "y": [0.0, top]}))
        .mark_line(color="#bbb", strokeDash=[4, 4])
        .encode(x=alt.X("x:Q", scale=scale), y=alt.Y("y:Q", scale=scale))
    )
    points = (
        alt.Chart(bins.select("forecast", "observed", "attempts"))
        .mark_circle(color="#2563a8", opacity=0.9)
        .encode(
            x=alt.X("forecast:Q", title="forecast", scale=scale, axis=alt.Axis(format="%")),
            y=alt.Y("observed:Q", title="observed", scale=scale, axis=alt.Axis(format="%")),
            size=alt.Size("attempts:Q", title="attempts", scale=alt.Scale(range=[30, 400])),
        )
    )
    return _svg((diagonal + points).properties(width=280, height=280), title)


def _svg(chart: alt.Chart | alt.LayerChart, title: str) -> str:
    styled = chart.configure(background="transparent", font=_FONT, padding=_ROOM).configure_view(stroke=None)
    styled = styled.configure_axis(
        labelColor=_INK, titleColor=_INK, gridColor="#eee", domainColor="#999", labelFontSize=12
    )
    svg = str(vlc.vegalite_to_svg(styled.to_dict()))
    # Inline SVG needs no namespace, and a page that must not reach for the network holds no address at all.
    svg = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", svg, count=2)
    # The renderer counts gradients through the whole process; a page must be the same every time.
    svg = re.sub(r"gradient_\d+", "gradient-" + re.sub(r"\W+", "-", title), svg)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
