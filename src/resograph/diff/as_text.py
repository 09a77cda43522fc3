"""A comparison for a terminal: what changed first by section, then what is cited and who must do what."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from resograph.diff.forms import by_section, cited, kinds, label, marked, named, parts, shortened, summary, told
from resograph.diff.model import ADDED, DROPPED, SAME, Alignment, Change, Edit
from resograph.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.text import Text

_STYLES = {SAME: "", DROPPED: "red strike", ADDED: "green underline"}


def as_text(alignment: Alignment, width: int, *, coloured: bool = False) -> str:
    """The comparison, *width* characters wide; without colours words are marked as [-dropped-] and {+added+}."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=coloured, color_system="standard" if coloured else None,
        highlight=False, emoji=False, markup=False, legacy_windows=False,
    )  # fmt: skip
    _Writer(console, coloured).write(alignment)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


class _Writer:
    def __init__(self, console: Console, coloured: bool) -> None:
        self.console, self.coloured = console, coloured

    def write(self, alignment: Alignment) -> None:
        self.line(f"{named(alignment.old)} \u2192 {named(alignment.new)}", style="bold")
        self.line(self.words(alignment.title or (Edit(SAME, alignment.new.title),)))
        self.line("")
        for told_ in summary(alignment):
            self.line(told_)
        for note in alignment.notes:
            self.line(f"({note})")
        for group in by_section(alignment):
            shown = [change for change in group.changes if not change.same_words or change.duties or change.citations]
            quiet = [change for change in group.changes if change not in shown]
            if not shown and not any(change.kinds[0] in ("moved", "renumbered") for change in quiet) and len(group.heading) < 2:
                continue
            self.line("")
            self.line(self.words(group.heading), style="bold")
            for change in shown:
                self.change(change)
            self.quiet(quiet)
        self.table("citations of the whole text", [(c.kind, cited(c)) for c in alignment.citations])

    def change(self, change: Change) -> None:
        self.line(f"{label(change)}: {kinds(change)}", indent=2, style="cyan")
        if not change.same_words and change.edits:
            self.line(self.words(shortened(change.edits)), indent=4)
        paired = bool(change.old and change.new)
        for citation in change.citations if paired else ():
            self.line(f"cites, {citation.kind}: {cited(citation)}", indent=4, style="dim")
        for duty in change.duties:
            self.line(f"duty {duty.kind}: {told(duty)}", indent=4, style="dim")

    def quiet(self, changes: Sequence[Change]) -> None:
        """Clauses with the same words, in a line."""
        moved = [label(change) for change in changes if change.kinds == ("moved",)]
        numbered = [f"{parts(change.old)} \u2192 {parts(change.new)}" for change in changes if change.kinds == ("renumbered",)]
        same = [change for change in changes if change.kinds[0] in ("unchanged", "kept")]
        for what, some in (("moved, same words", moved), ("renumbered, same words", numbered)):
            if some:
                self.line(f"{what}: {'; '.join(some)}", indent=2)
        if same:
            self.line(f"{kinds(same[0])}: {len(same)}", indent=2)

    def table(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        if not rows:
            return
        self.line("")
        self.line(title, style="bold")
        for kind in dict.fromkeys(kind for kind, _ in rows):
            self.line(f"{kind}: {'; '.join(text for other, text in rows if other == kind)}", indent=2)

    # words and lines

    def words(self, edits: Sequence[Edit]) -> Text:
        from rich.text import Text

        if not self.coloured:
            return Text(printable(marked(edits)))
        text = Text()
        for kind, run in edits:
            text.append(printable(run), style=_STYLES[kind])
        return text

    def line(self, text: Text | str, *, indent: int = 0, style: str = "") -> None:
        from rich.padding import Padding
        from rich.text import Text

        if not text:
            self.console.print()
            return
        shown = text if isinstance(text, Text) else Text(printable(text))
        if style:
            shown.stylize_before(style)
        self.console.print(Padding(shown, (0, 0, 0, indent), expand=False))
