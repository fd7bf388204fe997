"""The screen of clerical review. Loaded only when it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer, Input, Static

from skiptrace.cli.review_view import pair_table, verdict
from skiptrace.errors import SkiptraceError
from skiptrace.vocabulary import Judgement

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.geometry import Size

    from skiptrace.pipeline.reviewing import Sitting

__all__ = ["ReviewScreen"]

_WORDS = {Judgement.MATCH: "match", Judgement.NOT_MATCH: "not a match", Judgement.UNSURE: "unsure"}
_STYLES = {Judgement.MATCH: "bold green", Judgement.NOT_MATCH: "bold red", Judgement.UNSURE: "bold yellow"}
_BAR = 20
_EDGES = 3
"""Columns of margins and of the scroll bar."""
_BELOW = 9
"""Lines of what stands above and below the pair."""


class _Pair(VerticalScroll, inherit_bindings=False):
    """Scrolls up and down only, so that left and right are free to go from pair to pair."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]


class ReviewScreen(App[bool]):
    """Pair after pair, until all are judged or the reviewer leaves; returns whether it was left by Ctrl-C."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #top { height: 1; padding: 0 1; background: $panel; }
    #pair { padding: 0 1; height: 1fr; scrollbar-size-vertical: 1; }
    #verdict { height: auto; max-height: 6; padding: 0 1; border-top: solid $panel; }
    #reason { display: none; border: tall $accent; }
    #reason.asked { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "judge('match')", "Match"),
        Binding("n", "judge('not_match')", "Not a match"),
        Binding("u", "judge('unsure')", "Unsure"),
        Binding("z", "undo", "Undo"),
        Binding("r", "ask", "Reason"),
        Binding("left", "move(-1)", "Back"),
        Binding("right", "move(1)", "Skip"),
        Binding("q", "leave(False)", "Quit"),
        Binding("ctrl+c,ctrl+q", "leave(True)", "Quit", show=False, priority=True),
        Binding("escape", "drop", "", show=False),
    ]

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self.sitting = sitting
        self._reason: str | None = None

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Static(id="top")
        with _Pair(id="pair"):
            yield Static(id="table")
        yield Static(id="verdict")
        yield Input(id="reason", placeholder="why? Enter keeps it for this pair, Escape drops it")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show the first pair; keys go to the pair, not to the hidden line."""
        self.query_one("#pair").focus()
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Draw anew for the new width."""
        self._show(event.size)

    def _show(self, size: Size | None = None) -> None:
        width, height = size or self.size
        self.query_one("#top", Static).update(self._progress())
        table, below = self.query_one("#table", Static), self.query_one("#verdict", Static)
        if self.sitting.over:
            table.update(self._ended())
            below.update(Text("z takes the last judgement back · q leaves", style="dim"))
            return
        pair = self.sitting.pair()
        table.update(pair_table(pair, width - _EDGES, height - _BELOW))
        below.update(self._verdict(pair))

    def _verdict(self, pair: dict[str, Any]) -> Text:
        text = verdict(pair)
        word = self.sitting.said.get(self.sitting.position)
        if word is not None:
            text = Text.assemble((f"judged: {_WORDS[word]}", _STYLES[word]), " · ", text)
        if self._reason:
            text.append(f"\nreason: {self._reason}", style="italic")
        return text

    def _progress(self) -> Text:
        sitting = self.sitting
        done = round(_BAR * len(sitting.said) / sitting.size)
        text = Text(no_wrap=True, overflow="ellipsis")
        place = min(sitting.position + 1, sitting.size)
        text.append(f"pair {place} of {sitting.size} ", style="bold")
        text.append("━" * done, style="green")
        text.append("━" * (_BAR - done), style="dim")
        for word, count in sitting.counts.items():
            text.append(f"  {count} {_WORDS[word]}", style=_STYLES[word] if count else "dim")
        text.append(f"  {sitting.desk.place}", style="dim")
        return text

    def _ended(self) -> Text:
        left = self.sitting.size - len(self.sitting.said)
        text = Text("\nThat was the last pair.\n\n", style="bold")
        for word, count in self.sitting.counts.items():
            text.append(f"{count:>6}  {_WORDS[word]}\n", style=_STYLES[word] if count else "dim")
        text.append(f"{left:>6}  not judged\n\n", style="dim")
        text.append(f"All of it is kept in {self.sitting.desk.place}.", style="dim")
        return text

    def action_judge(self, word: str) -> None:
        """Keep a judgement and go on."""
        if self.sitting.over:
            self.bell()
            return
        if self._kept(lambda: self.sitting.judge(Judgement(word), self._reason)):
            self._turn()

    def action_undo(self) -> None:
        """Take the last judgement back."""
        if self._kept(self.sitting.undo):
            self._turn()

    def action_move(self, step: int) -> None:
        """Look at another pair."""
        self.sitting.move(step)
        self._turn()

    def _turn(self) -> None:
        self._reason = None
        self._show()
        self.query_one("#pair", _Pair).scroll_home(animate=False)

    def _kept(self, change: Callable[[], bool | None]) -> bool:
        """Do what is kept; if it cannot be kept, say so and stay."""
        try:
            return change() is not False
        except SkiptraceError as error:
            self.notify(str(error), title="not kept", severity="error", timeout=10, markup=False)
            return False

    def action_ask(self) -> None:
        """Ask for a reason."""
        if not self.sitting.over:
            line = self.query_one("#reason", Input)
            line.value = self._reason or ""
            line.add_class("asked")
            line.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the reason for the pair that is shown."""
        self._reason = event.value.strip() or None
        self.action_drop()
        self._show()

    def action_drop(self) -> None:
        """Go back from the line to the pair."""
        self.query_one("#reason").remove_class("asked")
        self.query_one("#pair").focus()

    def action_leave(self, interrupted: bool) -> None:  # noqa: FBT001  # bindings pass by position
        """Leave; everything is kept already."""
        self.exit(interrupted)
