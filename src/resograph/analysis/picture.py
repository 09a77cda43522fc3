"""A network as a picture: SVG or PNG, made to be printed in black and white on one page.

matplotlib draws (the extra ``pictures``): it comes as a wheel on every system, and needs no program beside Python as Graphviz does.
Where a layout is needed it is the spring layout of networkx with a fixed seed, in which boxes that would lie on one another are then
moved apart.  The same result gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from textwrap import fill
from typing import TYPE_CHECKING, Any

from resograph.analysis import Result
from resograph.analysis.write import described
from resograph.errors import OutputError

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

SIZE = (11.7, 8.3)  # inches: A4, landscape
MOST = 40
"""Nodes of a network, or rows of a lineage, that a picture shows when nobody says how many."""

# Okabe and Ito, light enough for black letters; bodies, Sectors and communities take them in turn
_COLOURS = ("#cfe3f5", "#fbe0b5", "#cdeadf", "#f7d9e8", "#f6f0b3", "#e3e3e3", "#f5cdb8", "#d7d3ec")
_STEPS = 10  # of a chain, beside one another
_MARKS = {"text": "o", "history": "s", "citation": "x"}
_MEANS = {"text": "held", "history": "named by an adoption history", "citation": "named by citations only"}


def draw(result: Result, form: str, top: int | None = None) -> bytes:
    """*result* as ``svg`` or ``png``, at most *top* nodes (rows of a lineage, chains); ``OutputError`` when matplotlib is missing."""
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise OutputError("pictures need matplotlib; install it with: pip install 'resograph[pictures]'") from error
    told = described(result)
    style: Any = {"svg.hashsalt": "resograph", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 8}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=SIZE, layout=None)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.02, 0.1, 0.96, 0.83))
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        shown = {"lineage": _lineage, "chains": _chains}.get(result.name, _network)(axes, result, top or MOST)
        figure.text(0.02, 0.96, result.title, size=13, weight="bold")
        figure.text(0.02, 0.015, fill(f"{shown} {told}", 230), size=5.5, va="bottom")
        out = io.BytesIO()
        metadata = {"svg": {"Title": result.title, "Description": told, "Creator": "resograph", "Date": None},
                    "png": {"Title": result.title, "Description": told, "Software": "resograph"}}[form]  # fmt: skip
        figure.savefig(out, format=form, dpi=200, metadata=metadata)
    return out.getvalue()


# --- networks -------------------------------------------------------------------------------------------------------


def _network(axes: Axes, result: Result, top: int) -> str:
    """Boxes with labels, joined by lines: thicker where there is more to it."""
    kept = set(result.ranked[:top])
    network = result.network.subgraph([node for node in result.network if node in kept]).copy()
    alone = [node for node in network if not network.degree(node)]
    network.remove_nodes_from(alone)
    left = len(result.network) - len(network)
    groups = _groups(result, network)
    colours = {group: _COLOURS[place % len(_COLOURS)] for place, group in enumerate(dict.fromkeys(groups.values()))}
    labels = {node: _short(network.nodes[node]["label"]) for node in network}
    if result.name == "communities":  # colours alone are lost in print, and soon taken twice
        labels = {node: f"{label} [{groups[node]}]" for node, label in labels.items()}
    places = _apart(_layout(network), labels)
    heaviest = max((weight for _, _, weight in network.edges(data="weight", default=1)), default=1)
    boxes = {node: _box(axes, places[node], labels[node], colours[groups[node]], dashed=not network.nodes[node].get("held", True))
             for node in network}  # fmt: skip
    for one, other, weight in network.edges(data="weight", default=1):
        back = network.is_directed() and network.has_edge(other, one)
        _line(axes, boxes[one], boxes[other], weight / heaviest, directed=network.is_directed(), bent=back)
    if result.name != "communities":
        _legend(axes, colours)
    said = f"{len(network)} of {len(result.network)} nodes"
    said += f" ({left} more, or joined to none of these, are left out)" if left else ""
    said += "; dashed: not held" if network.is_directed() else ""
    return said + ("; in brackets the number of the community." if result.name == "communities" else ".")


def _groups(result: Result, network: nx.Graph) -> dict[str, str]:
    """What each node is coloured by: its community, its Sector, or the body that adopted it."""
    name = {"communities": "community", "actors": "sector"}.get(result.name, "body")
    found = {node: str(network.nodes[node].get(name, "")) for node in network}
    return dict(sorted(found.items(), key=lambda item: (len(item[1]), item[1])))


def _short(label: str, width: int = 22) -> str:
    return label if len(label) <= width else fill(label, width, max_lines=2, placeholder=" \u2026")


_BESIDE = 0.2  # of the width: for the small parts of a network, beside the largest


def _layout(network: nx.Graph) -> dict[str, tuple[float, float]]:
    """A place for each node between 0 and 1: the largest part that hangs together on the left, the others in a column on the right."""
    import networkx as nx

    number = {node: place for place, node in enumerate(network)}
    nodes = list(network)
    plain = nx.Graph()
    plain.add_nodes_from(range(len(nodes)))
    plain.add_edges_from((number[one], number[other]) for one, other in network.edges)
    parts = sorted((sorted(part) for part in nx.connected_components(plain)), key=lambda part: (-len(part), part))
    small = sum(map(len, parts[1:]))
    found: dict[str, tuple[float, float]] = {}
    down = 1.0
    for place, part in enumerate(parts):
        height = len(part) / small if place else 1.0
        left, width = (1 - _BESIDE, _BESIDE) if place else (0.0, 1 - _BESIDE if small else 1.0)
        spread = nx.spring_layout(plain.subgraph(part), seed=0, iterations=400, k=1.8 / len(part) ** 0.5, method="force")
        low = [min(float(spread[node][i]) for node in part) for i in (0, 1)]
        high = [max(float(spread[node][i]) for node in part) for i in (0, 1)]
        x, y = ([(float(spread[node][i]) - low[i]) / (high[i] - low[i]) if high[i] > low[i] else 0.5 for node in part] for i in (0, 1))
        top = down if place else 1.0
        found |= {nodes[node]: (left + width * (0.06 + 0.88 * x[i]), top - height * (0.06 + 0.88 * y[i])) for i, node in enumerate(part)}
        down -= height if place else 0.0
    return found


def _size(label: str) -> tuple[float, float]:
    """Width and height of the box around *label*, as shares of the page."""
    lines = label.split("\n")
    return 0.0054 * max(map(len, lines)) + 0.018, 0.017 * len(lines) + 0.018


def _apart(places: Mapping[str, tuple[float, float]], labels: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """*places* so changed that no two boxes lie on one another, as far as 500 rounds bring them apart."""
    found = {node: list(place) for node, place in places.items()}
    sizes = {node: _size(labels[node]) for node in found}
    for _ in range(500):
        moved = False
        for one, other in combinations(found, 2):
            gaps = [(sizes[one][i] + sizes[other][i]) / 2 - abs(found[one][i] - found[other][i]) for i in (0, 1)]
            if min(gaps) <= 0:
                continue
            moved = True
            way = 0 if gaps[0] < gaps[1] else 1
            sign = 1 if (found[one][way], one) >= (found[other][way], other) else -1
            found[one][way] += sign * gaps[way] * 0.51
            found[other][way] -= sign * gaps[way] * 0.51
        for node, place in found.items():
            for i in (0, 1):
                place[i] = min(max(place[i], sizes[node][i] / 2), 1 - sizes[node][i] / 2)
        if not moved:
            break
    return {node: (place[0], place[1]) for node, place in found.items()}


def _box(axes: Axes, place: tuple[float, float], label: str, colour: str, *, dashed: bool = False) -> Bbox:
    """Draw the box of *label* at *place*; where it is, in shares of the page."""
    style = {"boxstyle": "round,pad=0.25", "facecolor": colour, "edgecolor": "#333333", "linewidth": 0.7}
    text = axes.text(*place, label, ha="center", va="center", size=7, zorder=3, bbox={**style, "linestyle": "--" if dashed else "-"})
    around = text.get_window_extent().padded(4)
    return around.transformed(axes.transData.inverted())


def _line(axes: Axes, one: Bbox, other: Bbox, share: float, *, directed: bool, bent: bool = False) -> None:
    """A line from box to box, with an arrow at the border of the other."""
    start, end = (((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in (one, other))
    dx, dy = start[0] - end[0], start[1] - end[1]
    sides = ((other.width, abs(dx)), (other.height, abs(dy)))
    cut = min([size / 2 / way for size, way in sides if way > 1e-9] + [1.0])
    arrow = {"arrowstyle": "-|>,head_width=0.15,head_length=0.3" if directed else "-", "color": "#777777", "linewidth": 0.4 + 1.8 * share,
             "shrinkA": 0, "shrinkB": 0, "connectionstyle": "arc3,rad=0.12" if bent else "arc3"}  # fmt: skip
    axes.annotate("", (end[0] + dx * cut, end[1] + dy * cut) if directed else end, start, arrowprops=arrow, zorder=1)


def _legend(axes: Axes, colours: Mapping[str, str]) -> None:
    from matplotlib.patches import Patch

    named = {group or "no Sector or several": colour for group, colour in list(colours.items())[: len(_COLOURS)]}
    patches = [Patch(facecolor=colour, edgecolor="#333333", linewidth=0.5, label=name) for name, colour in named.items()]
    axes.legend(handles=patches, loc="upper right", bbox_to_anchor=(1, 1.085), ncols=len(_COLOURS), fontsize=6, frameon=False)


# --- lineage and chains ---------------------------------------------------------------------------------------------


def _lineage(axes: Axes, result: Result, top: int) -> str:
    """A row for each work, a mark for each edition at its year."""
    from matplotlib.ticker import MaxNLocator

    network = result.network
    works: dict[str, list[str]] = {}
    for edition in result.ranked:
        works.setdefault(network.nodes[edition]["work"], []).append(edition)
    shown = dict(list(works.items())[:top])
    axes.set_axis_on()
    axes.autoscale(axis="x")
    for row, editions in enumerate(shown.values()):
        years = [network.nodes[edition]["year"] for edition in editions]
        axes.plot(years, [row] * len(years), color="#999999", linewidth=0.8, zorder=1)
        for mark, how in _marks(network, editions):
            axes.plot([mark], [row], _MARKS[how], color="#1a4f7a" if how == "text" else "#666666", markersize=5, zorder=2,
                      markerfacecolor="#1a4f7a" if how == "text" else "white")  # fmt: skip
    axes.set_yticks(range(len(shown)), [_work_label(network, editions) for editions in shown.values()])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_position((0.11, 0.12, 0.86, 0.8))
    axes.grid(axis="x", color="#dddddd", linewidth=0.5)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(labelsize=7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _mark_legend(axes)
    return f"{len(shown)} of {len(works)} works."


def _marks(network: nx.DiGraph, editions: Sequence[str]) -> Iterator[tuple[int, str]]:
    for edition in editions:
        yield network.nodes[edition]["year"], network.nodes[edition]["evidence"]


def _work_label(network: nx.DiGraph, editions: Sequence[str]) -> str:
    return str(network.nodes[editions[0]]["label"]).rpartition(" (")[0]


def _mark_legend(axes: Axes) -> None:
    from matplotlib.lines import Line2D

    marks = [Line2D([], [], marker=mark, linestyle="", color="#1a4f7a" if how == "text" else "#666666",
                    markerfacecolor="#1a4f7a" if how == "text" else "white", markersize=5, label=_MEANS[how])
             for how, mark in _MARKS.items()]  # fmt: skip
    axes.legend(handles=marks, loc="lower right", bbox_to_anchor=(1, 1.0), ncols=3, fontsize=7, frameon=False)


def _chains(axes: Axes, result: Result, top: int) -> str:
    """A row of boxes for each chain, from what cites to what is cited in the end."""
    rows = [_some_steps(str(row[1]).split(" > ")) for row in result.rows[: min(top, 12)]]
    longest = max(map(len, rows), default=1)
    space = 1 / max(longest, 3)
    heights = [max(_step_label(result.network, step).count("\n") + 1 for step in row) + 1.2 for row in rows]
    down = 1.0
    unit = min(0.03, 1 / (sum(heights) or 1))
    for row, height in zip(rows, heights, strict=True):
        down -= height * unit
        middle = down + height * unit / 2
        before: Bbox | None = None
        for column, step in enumerate(row):
            label = _step_label(result.network, step)
            place = ((column + 0.5) * space, middle)
            box = _box(axes, place, label, _COLOURS[1 if step.startswith("{") else 0])
            if before is not None:
                _line(axes, before, box, 0.2, directed=True)
            before = box
    return f"{len(rows)} of {len(result.rows)} chains; an arrow leads from what cites to what is cited; several works in one box cite one another in a circle."


def _some_steps(steps: list[str]) -> list[str]:
    """As many steps as a row has room for, the first and the last among them."""
    return steps if len(steps) <= _STEPS else [*steps[: _STEPS - 2], f"\u2026 {len(steps) - _STEPS + 1} more \u2026", steps[-1]]


def _step_label(network: nx.DiGraph, step: str) -> str:
    """The works of a step, two on a line; of many the first six."""
    names = [network.nodes[node]["label"] for node in step.strip("{}").split()] if not step.startswith("\u2026") else [step]
    if len(names) > 8:
        names = [*names[:6], f"and {len(names) - 6} more"]
    return "\n".join(", ".join(names[i : i + 2]) for i in range(0, len(names), 2))
