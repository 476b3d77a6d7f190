"""What all pictures share: the chart as a value, its size and colours, and text that fonts can show."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.files import check_target, write_whole
from tools.result.line import one_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.0  # inches: 600 px on a page
SCALE = 200  # dots per inch: twice what a page shows, for sharp screens
INK, QUIET, GRID, PAPER = "#1a1a1a", "#5c5c5c", "#e3e3e3", "#ffffff"
# Okabe and Ito (2008): told apart with every common kind of colour blindness.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442",
)  # fmt: skip
TONES = {"positive": BLUE, "neutral": "#c9c9c9", "negative": RED}  # in the order in which all views have them
TITLE, TEXT, SMALL, SOURCE = 11.5, 9.0, 8.0, 7.0  # points
ROWS_SAID = 6
ENDINGS = (".png", ".svg")
TITLE_LETTERS = 62
LABEL_LETTERS = 26
SOURCE_LETTERS, BESIDE_LEGEND = 105, 54  # of the line that says of what it is made, and where a legend stands beside it
UNSHOWN = "▯"  # stands for characters that no font here has
# Tried after matplotlib's own font, for what it lacks; those that are not installed are passed over.
FALLBACK_FONTS = (
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans", "Source Han Sans", "WenQuanYi Zen Hei", "Droid Sans Fallback",
    "Hiragino Sans", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic", "Noto Sans Arabic", "Noto Sans Devanagari",
    "Noto Sans Thai", "Symbola",
)  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """A picture and the ``table`` behind it. ``name`` tells several pictures of one result apart in file names."""

    name: str
    title: str
    table: pd.DataFrame
    draw: Callable[[Figure], None] = field(repr=False, compare=False)
    height: float = 3.6  # inches
    source: str = ""  # which posts it is made of

    @property
    def words(self) -> str:
        """What the picture shows, for whoever cannot see it: its title, and the first rows of its table."""
        shown = self.table.iloc[:ROWS_SAID, :2]
        rows = [" ".join(map(_figure, row)) for row in shown.itertuples(index=False)]
        more = f" and {len(self.table) - ROWS_SAID} more" if len(self.table) > ROWS_SAID else ""
        return f"{self.title}. {' and '.join(map(str, shown.columns)).capitalize()}: {', '.join(rows)}{more}."

    def figure(self) -> Figure:
        """A new matplotlib figure of its own, unknown to pyplot."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, self.height), dpi=SCALE, facecolor=PAPER, layout="constrained")
        figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)  # type: ignore[union-attr, call-arg]
        self.draw(figure)
        lines = textwrap.wrap(shown(self.title, 3 * TITLE_LETTERS), TITLE_LETTERS) or [""]
        figure.suptitle("\n".join(lines), x=0.015, ha="left", fontsize=TITLE, fontweight="bold", color=INK)
        if self.source:
            wide = BESIDE_LEGEND if figure.legends else SOURCE_LETTERS
            source = textwrap.wrap(shown(self.source, 3 * SOURCE_LETTERS), wide)
            figure.supxlabel("\n".join(source[:4]), x=0.015, ha="left", fontsize=SOURCE, color=QUIET)
        if len(fonts()) > 1:
            from matplotlib.text import Text

            figure.draw_without_rendering()  # makes the labels of the ticks
            for text in figure.findobj(Text):
                text.set_fontfamily(fonts())  # type: ignore[attr-defined]
        return figure

    def png(self) -> bytes:
        """A picture of 1,200 px width, made for 600."""
        return self._rendered("png")

    def svg(self) -> bytes:
        """The same as shapes; the text in it is drawn, so that it looks alike everywhere."""
        return self._rendered("svg")

    def save(self, path: Path) -> None:
        """Write a .png or .svg, whole or not at all. Raises AnalystError for other names and where it cannot write."""
        check_target(path, ENDINGS, "A chart")
        write_whole(path, self.png() if path.suffix.lower() == ".png" else self.svg())

    def _rendered(self, kind: str) -> bytes:
        file = io.BytesIO()
        self.figure().savefig(file, format=kind)
        return file.getvalue()


def _figure(value: object) -> str:
    return f"{value:,.2f}".removesuffix(".00") if isinstance(value, float) else one_line(str(value))


def shown(text: str, letters: int = LABEL_LETTERS) -> str:
    """``text`` as it may stand in a picture: in one line, cut, no formulas, no characters that fonts lack."""
    line, has = one_line(text), _characters()
    kept = "".join(letter if ord(letter) in has else UNSHOWN for letter in line)
    while UNSHOWN * 2 in kept:
        kept = kept.replace(UNSHOWN * 2, UNSHOWN)
    if len(kept) > letters:
        kept = kept[: letters - 1].rstrip() + "…"
    return kept.replace("$", r"\$")  # matplotlib would read $…$ as a formula


@cache
def fonts() -> list[str]:
    """Families for all text, matplotlib's own first."""
    from matplotlib import font_manager

    installed = set(font_manager.get_font_names())
    return ["DejaVu Sans", *(name for name in FALLBACK_FONTS if name in installed)]


@cache
def _characters() -> frozenset[int]:
    """Every character that one of ``fonts`` has."""
    from matplotlib import font_manager

    found: set[int] = set()
    for name in fonts():
        found |= set(font_manager.get_font(font_manager.findfont(name)).get_charmap())
    return frozenset(found)


def plain_axes(axes: Axes, *, grid: str = "x") -> None:
    """A light frame: no box, thin grid lines along ``grid`` ("" for none), quiet tick labels."""
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_facecolor(PAPER)
    axes.set_axisbelow(True)
    axes.grid(False)
    if grid:
        axes.grid(True, axis=grid, color=GRID, linewidth=0.8)  # type: ignore[arg-type]
    axes.tick_params(length=0, labelsize=TEXT, labelcolor=INK)


def label_axes(axes: Axes, x: str = "", y: str = "") -> None:
    """Names of the axes with their units."""
    axes.set_xlabel(x, fontsize=TEXT, color=QUIET)
    axes.set_ylabel(y, fontsize=TEXT, color=QUIET)


def legend_below(figure: Figure, axes: Axes, columns: int = 3, **more: Any) -> None:
    """What the colours mean, at the right below the picture: what it is made of stands at the left."""
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower right", ncols=columns, frameon=False, fontsize=SMALL,
        **{"handlelength": 1.0, "columnspacing": 1.2, **more},
    )  # fmt: skip


def note(axes: Axes, text: str) -> None:
    """A remark under the title: on how much it rests, what is left out. Comes after the labels, which take room."""
    lines = textwrap.wrap(text, 92 - max((len(label.get_text()) for label in axes.get_yticklabels()), default=0))
    axes.set_title("\n".join(lines), loc="left", fontsize=SMALL, color=QUIET, pad=8)


def percent_axis(axis: Any) -> None:
    """Shares from 0 to 1 written as percent."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))


def whole_numbers(axis: Any) -> None:
    """Counts: no fractions, thousands parted."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def rows_height(rows: int, *, least: float = 2.4, row: float = 0.27, rest: float = 1.3) -> float:
    """Inches for horizontal bars."""
    return max(least, rest + row * rows)
