# %% [markdown]
# # xrbench results in pictures
#
# Reads result files of `xrbench run` (`.json`, `.json.gz`) and comparisons of `xrbench compare --json`, and draws:
# percentile curves, the spread of repetitions, latency over time, throughput, CPU cost, and the ratios of a comparison. What ran in
# the lab has panels of its own.
#
# As a script: `python3 xrbench_plots.py results/*.json -o pictures`. As a notebook: set `FILES` below and run all cells.
# It needs Python 3.9 and matplotlib, nothing else: the histograms are decoded here.

# %%
from __future__ import annotations

import argparse
import base64
import binascii
import gzip
import json
import math
import struct
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import matplotlib

IN_NOTEBOOK = "ipykernel" in sys.modules
if not IN_NOTEBOOK:
    matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.colors import LogNorm  # noqa: E402
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator  # noqa: E402

# In a notebook: the files to draw, relative to its folder.
FILES = ["../results/reference/main-job.json"]

# %% [markdown]
# ## Histograms
#
# A latency histogram is an HdrHistogram in its V2 encoding, deflated, in base64. Counts are ZigZag LEB128 words; a negative one is a
# run of zeros. A bucket is known by its highest value, as the tables of xrbench print it.

# %%
COMPRESSED_COOKIE = 0x1C849314
COOKIE = 0x1C849313
SAMPLES_BEYOND = 10  # a percentile needs so many samples beyond it


class BadFile(Exception):
    """A file that cannot be drawn, in one sentence."""


def decode_histogram(payload: str) -> list[tuple[int, int]]:
    """[(highest value in ns, count)] of all buckets that are not empty, upwards."""
    try:
        raw = base64.b64decode(payload, validate=True)
        cookie, length = struct.unpack(">ii", raw[:8])
        body = zlib.decompress(raw[8 : 8 + length])
        inner, size, _, digits, lowest, _, _ = struct.unpack(">iiiiqqd", body[:40])
    except (ValueError, binascii.Error, struct.error, zlib.error) as error:
        raise BadFile(f"a histogram cannot be read: {error}") from error
    whole = len(raw) >= 8 + length and len(body) >= 40 + size
    if cookie != COMPRESSED_COOKIE or inner != COOKIE or not whole:
        raise BadFile("a histogram cannot be read: it is not HDR V2, or cut short")
    unit = lowest.bit_length() - 1
    half = 1 << ((2 * 10**digits - 1).bit_length() - 1)
    buckets, index = [], 0
    for word in zigzag_words(body[40 : 40 + size]):
        if word < 0:
            index -= word
            continue
        if word:
            bucket = max(0, index // half - 1)
            highest = ((index - bucket * half + 1) << (bucket + unit)) - 1
            buckets.append((highest, word))
        index += 1
    return buckets


def zigzag_words(data: bytes):
    position = 0
    while position < len(data):
        value = 0
        for i in range(9):
            if position >= len(data):
                raise BadFile("a histogram cannot be read: a count is cut short")
            byte = data[position]
            position += 1
            value |= (byte if i == 8 else byte & 0x7F) << (7 * i)
            if i == 8 or byte < 0x80:
                break
        yield (value >> 1) ^ -(value & 1)


def merged(histograms: list[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """All samples together: percentiles are never averaged."""
    total: dict[int, int] = {}
    for histogram in histograms:
        for value, count in histogram:
            total[value] = total.get(value, 0) + count
    return sorted(total.items())


def value_at(histogram: list[tuple[int, int]], quantile: float, later: int = 0) -> float:
    """The value below or at which this part of the messages lies, ns; infinite among those `later` than all; NaN without any."""
    total = sum(count for _, count in histogram) + later
    rank, seen = max(1, math.ceil(quantile * total - 1e-9)), 0
    for value, count in histogram:
        seen += count
        if seen >= rank:
            return value
    return math.inf if total else math.nan


# %% [markdown]
# ## Files

# %%
@dataclass
class Case:
    """A row of a result: a transport, a workload, one set of parameters, at one place."""

    source: str
    key: str
    place: str
    transport: str
    workload: str
    size: int
    path: str
    repetitions: list[dict]

    def name(self, several: bool) -> str:
        """Among cases of its place: those of another never share an axis with it."""
        return f"{self.source}: {self.key}" if several else self.key

    def line(self, several: bool) -> str:
        """Without its size: what keeps its colour whatever it sends."""
        parts = self.key.split("/")
        own = "/".join(parts[:2] + parts[3:])
        return f"{self.source}: {own}" if several else own

    def values(self, pick) -> list[float]:
        found = [pick(one) for one in self.repetitions]
        return [value for value in found if value is not None]


def lost_in(repetition: dict) -> int:
    return (repetition["loss"] or {}).get("lost") or 0


def with_loss(repetition: dict, key: str) -> float | None:
    """Lost messages count as infinitely late: over those that came back alone, losing the slow ones would look like being fast."""
    latency = repetition["latency"]
    if not latency:
        return None
    if latency["percentilesWithLoss"] is None:
        return latency["percentiles"][key]
    return math.inf if latency["unavailableWithLoss"].get(key) == "lost" else latency["percentilesWithLoss"][key]


def title_of(one: dict) -> str:
    """The key of a case, and of which configuration it is where a result has two."""
    return f"{one['variant'].upper()}: {one['key']}" if one.get("variant") else one["key"]


def read_json(path: Path) -> dict:
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        document = json.loads(data)
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}") from error
    except (EOFError, ValueError, zlib.error) as error:
        raise BadFile(f"{path} is cut short, or not JSON") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema not in ("xrbench.result/1", "xrbench.compare/1"):
        raise BadFile(f"{path} is neither a result of xrbench nor a comparison this version knows")
    return document


def cases_of(path: Path, document: dict) -> list[Case]:
    found = []
    whole_lab = (document["environment"]["client"].get("lab") or None) is not None
    for one in document["cases"]:
        repetitions = [r for r in one["repetitions"] if r["status"] == "completed"]
        if not repetitions:
            continue
        for repetition in repetitions:
            latency = repetition["latency"]
            if latency:
                latency["decoded"] = decode_histogram(latency["histogram"])
                held = sum(count for _, count in latency["decoded"])
                if held != latency["count"] - latency["overflow"]:
                    raise BadFile(f"a histogram of {one['key']} holds {held} samples, the count says {latency['count']}")
                latency["later"] = latency["overflow"] + lost_in(repetition)
                _ = latency["percentilesWithLoss"], latency["unavailableWithLoss"]
            for interval in repetition["intervals"]:
                if interval["latency"]:
                    interval["latency"]["decoded"] = decode_histogram(interval["latency"]["histogram"])
                    interval["latency"]["later"] = interval["latency"]["overflow"] + (interval.get("lost") or 0)
        found.append(
            Case(
                source=document.get("label") or path.name.removesuffix(".gz").removesuffix(".json"),
                key=title_of(one),
                place=one.get("place") or ("lab" if whole_lab else "host"),
                transport=one["transport"],
                workload=one["workload"],
                size=one["parameters"]["requested"]["messageSizeBytes"],
                path=one["path"] or "",
                repetitions=repetitions,
            )
        )
    return found


def load(paths: list[Path]) -> tuple[list[Case], list[dict]]:
    cases, comparisons = [], []
    for path in paths:
        document = read_json(path)
        try:
            if document["schema"].startswith("xrbench.compare"):
                _ = document["verdict"], document["base"]["file"], [(c["new"]["file"], c["pairs"]) for c in document["comparisons"]]
                comparisons.append(document)
            else:
                cases += cases_of(path, document)
        except (KeyError, TypeError, AttributeError) as error:
            raise BadFile(f"{path} is not complete: {error}") from error
        except BadFile as error:
            raise BadFile(f"{path}: {error}") from error
    if not cases and not comparisons:
        raise BadFile("there is nothing to draw: no repetition was completed")
    return cases, comparisons


# %% [markdown]
# ## Words and colours
#
# The colours are Okabe and Ito's, which stay apart for colour-blind readers; line styles and markers say the same again.

# %%
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#8C6D1F"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]
STYLES = ["-", "--", "-.", ":"]
GREY = "#5F6368"

plt.rcParams.update(
    {
        "figure.dpi": 110,
        "savefig.dpi": 160,
        "font.size": 10,
        "axes.titlesize": 11,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#DADCE0",
        "grid.linewidth": 0.6,
        "legend.frameon": False,
        "svg.hashsalt": "xrbench",
    }
)


def harmless(text: str) -> str:
    """What a file says, without what a terminal would obey."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def plain(text: str) -> str:
    """A name as it is: a dollar would begin a formula."""
    return harmless(text).replace("$", r"\$")


def scaled(value: float, units: list[tuple[float, str]]) -> str:
    if not math.isfinite(value):
        return "–"
    for size, unit in units:
        if abs(value) >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / units[-1][0]:.3g} {units[-1][1]}" if value else "0"


def time_words(ns: float) -> str:
    return scaled(ns, [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns")])


def rate_words(bits: float) -> str:
    return scaled(bits, [(1e9, "Gbit/s"), (1e6, "Mbit/s"), (1e3, "kbit/s"), (1, "bit/s")])


def count_words(per_second: float) -> str:
    return scaled(per_second, [(1e6, "M/s"), (1e3, "k/s"), (1, "/s")])


def size_words(size: float) -> str:
    for unit, factor in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= factor and size % factor == 0:
            return f"{size / factor:.0f} {unit}"
    return f"{size:.0f} B"


LEADING = [(1,), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), tuple(x / 10 for x in range(10, 100, 2)), tuple(x / 20 for x in range(20, 200))]


def in_words(axis, words, fewest: int = 4) -> None:
    """Round steps on a logarithmic axis, each with its unit: the coarsest that are at least so many."""
    low, high = axis.get_view_interval()
    ticks: list[float] = []
    for leading in LEADING:
        steps = [m * 10**e for e in range(-3, 16) for m in leading]
        ticks = [step for step in steps if low * 0.999 <= step <= high * 1.001]
        if len(ticks) >= fewest:
            break
    axis.set_major_locator(FixedLocator(ticks[:: max(1, len(ticks) // 9)]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: words(value)))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def median(values: list[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def looks(index: int) -> dict:
    """Neighbours differ in colour and in dashes; more than eight are not told apart."""
    return {
        "color": COLOURS[index % len(COLOURS)],
        "linestyle": STYLES[index % len(STYLES)],
    }


def slots(cases: list[Case], several: bool) -> dict[str, int]:
    """A look for each line, the same in every panel."""
    return {name: index for index, name in enumerate(dict.fromkeys(case.line(several) for case in cases))}


PLACES = {"host": "", "lab": ", in the lab"}


def by_place(cases: list[Case]) -> list[tuple[str, list[Case]]]:
    """What ran on a machine and what ran in the lab, for panels of their own: an emulated CPU is not held against a real one."""
    found = [(words, [case for case in cases if case.place == place]) for place, words in PLACES.items()]
    return [(words, own) for words, own in found if own]


def sources(cases: list[Case]) -> int:
    return len({case.source for case in cases})


def row_panels(counts: list[int], height: float):
    """A panel of rows for each count, one below the other."""
    figure, axes = plt.subplots(
        len(counts), 1, figsize=(9.5, sum(1.35 + height * count for count in counts)),
        gridspec_kw={"height_ratios": [count + 0.6 for count in counts]}, squeeze=False, layout="constrained",
    )
    figure.get_layout_engine().set(h_pad=0.12)
    return figure, axes


def legend_below(axis, columns: int) -> None:
    """Where it hides no line."""
    axis.legend(loc="upper left", bbox_to_anchor=(0, -0.17), fontsize=8.5, ncol=columns, borderpad=0, handlelength=3)


# %% [markdown]
# ## Percentile curves
#
# The whole round trip over logarithmic nines: 90, 99 and 99.9 % are as far apart as their tails are rare. The line is all repetitions
# together; the band is from the lowest to the highest repetition. A line ends where fewer than ten samples lie beyond it, and before
# the messages that were lost, which count as infinitely late.

# %%
NINES = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999]


def curve(histogram: list[tuple[int, int]], later: int = 0) -> tuple[list[float], list[float]]:
    """Depth (tenfolds of 1 / (1 - q)) and value, down to where ten samples are left, or those `later` than all."""
    total = sum(count for _, count in histogram) + later
    depths, values, seen = [0.0], [float(histogram[0][0])], 0
    for value, count in histogram:
        seen += count
        if total - seen < SAMPLES_BEYOND:
            depths.append(max(depths[-1], math.log10(total / SAMPLES_BEYOND)))
            values.append(value)
            break
        depths.append(math.log10(total / (total - seen)))
        values.append(value)
    return depths, values


def band(histograms: list[tuple[list[tuple[int, int]], int]], depths: list[float]):
    """Lowest and highest repetition at each depth that all of them reach; each with how many came later than all, or never."""
    least = min(sum(count for _, count in one) + later for one, later in histograms)
    reached = [depth for depth in depths if least * 10**-depth >= SAMPLES_BEYOND]
    rows = [(depth, [value_at(one, 1 - 10**-depth, later) for one, later in histograms]) for depth in reached]
    rows = [(depth, row) for depth, row in rows if all(map(math.isfinite, row))]
    return [depth for depth, _ in rows], [min(row) for _, row in rows], [max(row) for _, row in rows]


def plot_percentiles(cases: list[Case]):
    pings = [case for case in cases if case.workload == "ping-pong" and any(r["latency"] for r in case.repetitions)]
    if not pings:
        return None
    several = sources(cases) > 1
    look_of = slots(pings, several)
    groups = [(words, size, own) for words, own in by_place(pings) for size in sorted({case.size for case in own})]
    columns = min(2, len(groups))
    rows = math.ceil(len(groups) / columns)
    most = max(sum(case.size == size for case in own) for _, size, own in groups)
    legend_rows = math.ceil(most / 2)
    figure, axes = plt.subplots(rows, columns, figsize=(7.2 * columns, (4.4 + 0.2 * legend_rows) * rows), squeeze=False, layout="constrained")
    for axis in axes.flat[len(groups) :]:
        axis.set_visible(False)
    panels = list(zip(axes.flat, groups))
    for axis, (words, size, of_place) in panels:
        deepest = 0.0
        for case in (case for case in of_place if case.size == size):
            histograms = case.values(lambda r: r["latency"] and (r["latency"]["decoded"], r["latency"]["later"]))
            whole = merged([histogram for histogram, _ in histograms])
            if not whole:
                continue
            depths, values = curve(whole, sum(later for _, later in histograms))
            deepest = max(deepest, depths[-1])
            style = looks(look_of[case.line(several)])
            axis.plot(depths, values, label=plain(case.name(several)), linewidth=1.8, **style)
            if len(histograms) > 1:
                steps = [depths[-1] * i / 80 for i in range(81)]
                axis.fill_between(*band(histograms, steps), color=style["color"], alpha=0.14, linewidth=0)
        axis.set_yscale("log")
        axis.set_xlim(0, deepest * 1.02)
        shown = [q for q in NINES if q == 0 or -math.log10(1 - q) <= deepest]
        axis.xaxis.set_major_locator(FixedLocator([-math.log10(1 - q) for q in shown]))
        axis.set_xticklabels(["min" if q == 0 else f"{q * 100:.6g} %" for q in shown])
        lossy = any(lost_in(r) for case in of_place if case.size == size for r in case.repetitions)
        axis.set_xlabel("percentile of round trips; band: lowest to highest repetition" + ("; lost ones are infinitely late" if lossy else ""))
        axis.set_ylabel("whole round trip")
        axis.set_title(f"{size_words(size)} ping-pong{words}")
        legend_below(axis, 2)
    # Panels of one place are read beside one another.
    for place in dict.fromkeys(words for _, (words, _, _) in panels):
        own = [axis for axis, (words, _, _) in panels if words == place]
        limits = [axis.get_ylim() for axis in own]
        for axis in own:
            axis.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
            in_words(axis.yaxis, time_words)
    figure.suptitle("How late is the tail? Lower is better", x=0.01, ha="left", fontsize=13)
    return figure


# %% [markdown]
# ## Repetitions
#
# Each repetition is a fresh connection between fresh processes: how far they scatter is how far a single number can be trusted.

# %%
def strips(axis, rows: list[tuple[str, list[float]]], colour: str, marker: str, offset: float) -> None:
    """Each repetition a mark, their median a bar, from top to bottom. Infinite ones have no place, and are counted at the edge."""
    for row, (_, values) in enumerate(rows):
        if not values:
            continue
        # Side by side by number, so that equal ones stay visible.
        spread = [row + offset + 0.16 * ((i % 3) - 1) * 0.5 for i in range(len(values))]
        drawn = [(value, y) for value, y in zip(values, spread) if math.isfinite(value)]
        axis.scatter([value for value, _ in drawn], [y for _, y in drawn], s=26, color=colour, marker=marker, alpha=0.65, linewidths=0)
        if len(drawn) < len(values):
            words = f"{len(values) - len(drawn)} × ∞"
            axis.annotate(words, (0.995, row + offset), xycoords=("axes fraction", "data"), ha="right", va="center", fontsize=8, color=colour)
        middle = median(values)
        if math.isfinite(middle):
            axis.plot([middle, middle], [row + offset - 0.17, row + offset + 0.17], color=colour, linewidth=2.2)


def rows_axis(axis, names: list[str]) -> None:
    axis.set_yticks(range(len(names)))
    axis.set_yticklabels(names)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.grid(axis="y", visible=False)
    for row in range(1, len(names)):
        axis.axhline(row - 0.5, color="#DADCE0", linewidth=0.6)


def plot_repetitions(cases: list[Case]):
    pings = [case for case in cases if case.workload == "ping-pong"]
    if not pings:
        return None
    several = sources(cases) > 1
    groups = by_place(pings)
    figure, axes = row_panels([len(own) for _, own in groups], 0.6)
    for axis, (words, own) in zip(axes.flat, groups):
        names = [plain(case.name(several)) for case in own]
        for index, (key, percentile) in enumerate([("p50", "p50"), ("p99", "p99"), ("p999", "p99.9")]):
            rows = [(name, case.values(lambda r: with_loss(r, key))) for name, case in zip(names, own)]
            if not any(values for _, values in rows):
                continue
            strips(axis, rows, COLOURS[index], MARKERS[index], (index - 1) * 0.24)
            axis.scatter([], [], color=COLOURS[index], marker=MARKERS[index], s=26, label=percentile)
        axis.set_xscale("log")
        in_words(axis.xaxis, time_words)
        rows_axis(axis, names)
        lost = any(value == math.inf for case in own for key in ("p50", "p99", "p999") for value in case.values(lambda r: with_loss(r, key)))
        axis.set_xlabel("whole round trip; a mark is one repetition, a bar their median" + ("; ∞: more was lost than the percentile leaves" if lost else ""))
        axis.set_title(f"How far do repetitions scatter{words}? Further left is better")
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title="percentile")
    return figure


# %% [markdown]
# ## Latency over time
#
# Each column is an interval of the measured phase, the repetitions one after the other; the darker, the more of its round trips took
# that long. What comes and goes (a scheduler, a neighbour, a frequency) shows here and in no percentile. Lost messages count as infinitely
# late, in the interval in which their time was up: where they reach p50 or p99, its line has a gap.

# %%
BINS_PER_TENFOLD = 16
MAX_PANELS = 12


def plot_over_time(cases: list[Case]):
    pings = [case for case in cases if any(i["latency"] for r in case.repetitions for i in r["intervals"])]
    if not pings:
        return None
    several = sources(cases) > 1
    left_out, pings = len(pings[MAX_PANELS:]), pings[:MAX_PANELS]
    columns_of_panels = 1 if len(pings) <= 3 else 2
    rows_of_panels = math.ceil(len(pings) / columns_of_panels)
    figure, axes = plt.subplots(rows_of_panels, columns_of_panels, figsize=(9 * columns_of_panels, 2.9 * rows_of_panels + 0.6), squeeze=False, layout="constrained")
    for axis in axes.flat[len(pings) :]:
        axis.set_visible(False)
    mesh = None
    for axis, case in zip(axes.flat, pings):
        columns, edges, borders, clock = [], [0.0], [], 0.0
        for repetition in case.repetitions:
            for interval in repetition["intervals"]:
                if not interval["latency"] or not interval["latency"]["decoded"]:
                    continue
                columns.append((interval["latency"]["decoded"], interval["latency"]["later"]))
                clock += interval["durationNs"] / 1e9
                edges.append(clock)
            borders.append(clock)
        if not columns:
            continue
        lowest = math.floor(math.log10(max(1, min(h[0][0] for h, _ in columns))) * BINS_PER_TENFOLD)
        highest = math.ceil(math.log10(max(h[-1][0] for h, _ in columns) + 1) * BINS_PER_TENFOLD)
        bins = highest - lowest
        parts = [[math.nan] * len(columns) for _ in range(bins)]
        for x, (histogram, later) in enumerate(columns):
            total = sum(count for _, count in histogram) + later
            for value, count in histogram:
                y = min(bins - 1, max(0, math.floor(math.log10(max(1, value)) * BINS_PER_TENFOLD) - lowest))
                before = parts[y][x]
                parts[y][x] = (0 if math.isnan(before) else before) + count / total
        heights = [10 ** ((lowest + i) / BINS_PER_TENFOLD) for i in range(bins + 1)]
        mesh = axis.pcolormesh(edges, heights, parts, cmap="Blues", norm=LogNorm(1e-4, 1), rasterized=True)
        middles = [(a + b) / 2 for a, b in zip(edges, edges[1:])]
        for quantile, words, style in ((0.5, "p50", "-"), (0.99, "p99", "--")):
            line = [
                value_at(h, quantile, later) if (sum(c for _, c in h) + later) * (1 - quantile) >= SAMPLES_BEYOND else math.nan
                for h, later in columns
            ]
            line = [value if math.isfinite(value) else math.nan for value in line]
            # A repetition begins anew: its line does too.
            xs, ys = [], []
            for left, middle, value in zip(edges, middles, line):
                if left in borders:
                    xs.append(left)
                    ys.append(math.nan)
                xs.append(middle)
                ys.append(value)
            axis.plot(xs, ys, color=COLOURS[1], linestyle=style, linewidth=1.4, marker="o" if words == "p50" else "^", markersize=4, label=words)
        for border in borders[:-1]:
            axis.axvline(border, color=GREY, linewidth=0.7, linestyle=":")
        axis.set_yscale("log")
        axis.set_ylim(heights[0], heights[-1])
        axis.set_xlim(0, edges[-1])
        in_words(axis.yaxis, time_words)
        axis.grid(visible=False)
        # In which interval a message was lost, files of before do not say.
        placed = all("lost" in interval for r in case.repetitions for interval in r["intervals"])
        how = ", lost messages infinitely late" if placed else ", lost messages left out"
        lost = how if any(map(lost_in, case.repetitions)) else ""
        axis.set_title(plain(case.name(several)) + PLACES[case.place] + lost)
        axis.set_ylabel("round trip")
        axis.set_xlabel("measured time, s")
        axis.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), fontsize=8, ncol=2, borderpad=0)
    more = f"; {left_out} more cases are not shown" if left_out else ""
    figure.suptitle(f"What comes and goes? Darker: more round trips took so long; dotted: the next repetition begins{more}", x=0.01, ha="left", fontsize=12)
    if mesh is not None:
        bar = figure.colorbar(mesh, ax=axes.ravel().tolist(), label="part of the round trips of an interval", aspect=40, shrink=min(1.0, 3 / rows_of_panels), anchor=(0, 1))
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v * 100:g} %"))
    return figure


# %% [markdown]
# ## Throughput
#
# Payload that arrived, counted at the receiver: a row for each case, and with several message sizes a line over them.

# %%
def plot_throughput(cases: list[Case]):
    streams = [case for case in cases if case.workload == "stream" and any(r["throughput"] for r in case.repetitions)]
    if not streams:
        return None
    several = sources(cases) > 1
    pick = lambda r: r["throughput"] and r["throughput"]["goodputBitsPerSec"]  # noqa: E731
    groups = by_place(streams)
    figure, axes = row_panels([len(own) for _, own in groups], 0.45)
    for axis, (place, own) in zip(axes.flat, groups):
        names = [plain(case.name(several)) for case in own]
        rows = [(name, case.values(pick)) for name, case in zip(names, own)]
        strips(axis, rows, COLOURS[0], MARKERS[0], 0)
        axis.set_xlim(0, max(max(values, default=0) for _, values in rows) * 1.06 or 1)
        axis.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: rate_words(value)))
        for row, (case, (_, values)) in enumerate(zip(own, rows)):
            if not values:
                continue
            lost = case.values(lambda r: r["loss"] and r["loss"]["lostFraction"])
            words = rate_words(median(values)) + (f", {max(lost) * 100:.2g} % lost at most" if lost and max(lost) > 0 else "")
            axis.annotate(words, (1.01, row), xycoords=("axes fraction", "data"), va="center", fontsize=9, color=GREY)
        rows_axis(axis, names)
        axis.set_xlabel("goodput; a mark is one repetition, a bar their median")
        axis.set_title(f"How much arrives{place}? Further right is better")
    return figure


RATES = [
    ("stream", "goodputBitsPerSec", "goodput of streams", rate_words),
    ("stream", "messagesPerSec", "messages per second of streams", count_words),
    ("ping-pong", "messagesPerSec", "round trips per second", count_words),
]


def plot_sizes(cases: list[Case]):
    """Goodput, messages and round trips per second over the message size, where there are at least two."""
    several = sources(cases) > 1
    panels = []
    for place, of_place in by_place(cases):
        for workload, member, title, words in RATES:
            lines: dict[str, list[Case]] = {}
            for case in of_place:
                if case.workload == workload and any(r["throughput"] for r in case.repetitions):
                    lines.setdefault(case.line(several), []).append(case)
            drawn = {name: sorted(own, key=lambda c: c.size) for name, own in lines.items() if len({c.size for c in own}) > 1}
            if drawn:
                panels.append((title + place, member, words, drawn))
    if not panels:
        return None
    columns = min(3, len(panels))
    rows = math.ceil(len(panels) / columns)
    legend_rows = max(len(drawn) for *_, drawn in panels)
    figure, axes = plt.subplots(rows, columns, figsize=(5.6 * columns, (4.0 + 0.19 * legend_rows) * rows), squeeze=False, layout="constrained")
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    for axis, (title, member, words, drawn) in zip(axes.flat, panels):
        for index, (name, own) in enumerate(drawn.items()):
            points = [(c.size, c.values(lambda r: r["throughput"] and r["throughput"][member])) for c in own]
            points = [(size, values) for size, values in points if values]
            sizes, style = [size for size, _ in points], looks(index)
            axis.plot(sizes, [median(v) for _, v in points], marker=MARKERS[index % len(MARKERS)], label=plain(name), **style)
            axis.fill_between(sizes, [min(v) for _, v in points], [max(v) for _, v in points], alpha=0.12, linewidth=0, color=style["color"])
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        shown = sorted({c.size for own in drawn.values() for c in own})
        axis.xaxis.set_major_locator(FixedLocator(shown))
        axis.xaxis.set_minor_locator(NullLocator())
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: size_words(value)))
        if len(shown) > 5:
            axis.tick_params(axis="x", rotation=30)
        in_words(axis.yaxis, words)
        axis.set_xlabel("message size; a mark is the median, the band all repetitions")
        axis.set_title(title)
        legend_below(axis, 1)
    figure.suptitle("What does the size of a message do? Higher is better", x=0.01, ha="left", fontsize=13)
    return figure


# %% [markdown]
# ## CPU per message
#
# User and system time of the measuring threads at each end, without soft interrupts. Ping-pongs and streams have panels of their own: a
# round trip costs a thousand times as much as a datagram in a batch.

# %%
def plot_cpu(cases: list[Case]):
    several = sources(cases) > 1
    what = {"ping-pong": "round trip", "stream": "message of a stream"}
    groups = [
        (f"CPU time per {words}{place}: further left is better", [case for case in own if case.workload == workload])
        for place, own in by_place(cases)
        for workload, words in what.items()
    ]
    groups = [(title, own) for title, own in groups if own]
    if not groups:
        return None
    figure, axes = row_panels([len(own) for _, own in groups], 0.5)
    for axis, (title, own) in zip(axes.flat, groups):
        names = [plain(case.name(several)) for case in own]
        for index, end in enumerate(("client", "server")):
            rows = [(name, case.values(lambda r: r["cpu"][end] and r["cpu"][end]["perMessageNs"])) for name, case in zip(names, own)]
            strips(axis, rows, COLOURS[index], MARKERS[index], (index - 0.5) * 0.34)
            axis.scatter([], [], color=COLOURS[index], marker=MARKERS[index], s=26, label=end)
        axis.set_xscale("log")
        in_words(axis.xaxis, time_words)
        rows_axis(axis, names)
        axis.set_xlabel("user and system time; a mark is one repetition, a bar their median")
        axis.set_title(title)
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


# %% [markdown]
# ## A comparison
#
# From `xrbench compare --json`: each ratio with its 95 % interval. Where the interval holds 1, the sides may well be the same. Filled marks
# differ beyond chance over all rows together. What is infinite (`null` there: more was lost than a percentile leaves) or 0 is at the edge.

# %%
def bounds(effect: dict) -> tuple[float, float, float]:
    """Low, estimate and high of a ratio, infinite where the file has null."""
    low, estimate, high = (effect[name] for name in ("low", "estimate", "high"))
    return tuple(math.inf if value is None else value for value in (low, estimate, high))


def ratio_words(ratio: float) -> str:
    return f"{ratio:.3f}" if math.isfinite(ratio) else "∞"


def plot_comparison(document: dict):
    rows = []
    for comparison in document["comparisons"]:
        for pair in comparison["pairs"]:
            for row in pair["rows"]:
                effect = row["effect"]
                if effect and effect["kind"] == "ratio":
                    rows.append((pair, row, effect, comparison["new"]["file"]))
    if not rows:
        return None
    several = len(document["comparisons"]) > 1
    placed = [value for *_, effect, _ in rows for value in bounds(effect) if 0 < value < math.inf]
    left, right = min([*placed, 0.9]) / 1.05, max([*placed, 1.1]) * 1.05
    figure, axis = plt.subplots(figsize=(10, 1.8 + 0.3 * len(rows)))
    names, previous = [], None
    for y, (pair, row, effect, file) in enumerate(rows):
        base, new = title_of(pair["base"]), title_of(pair["new"])
        key = new if pair["base"] == pair["new"] else f"{base} → {new}"
        key = f"{file}: {key}" if several else key
        names.append(plain(f"{key}   {row['metric']}" if key != previous else row["metric"]))
        if previous not in (None, key):
            axis.axhline(y - 0.5, color="#BDC1C6", linewidth=0.8)
        previous = key
        colour = {"worse": COLOURS[1], "better": COLOURS[2]}.get(row["verdict"], GREY)
        marker = {"worse": "s", "better": "^"}.get(row["verdict"], "o")
        low, estimate, high = (min(max(value, left), right) for value in bounds(effect))
        axis.plot([low, high], [y, y], color=colour, linewidth=1.8)
        filled = row["verdict"] in ("worse", "better")
        axis.scatter([estimate], [y], s=44, marker=marker, zorder=3, clip_on=False, edgecolors=colour, facecolors=colour if filled else "white")
        words = f"{ratio_words(bounds(effect)[1])}  {row['verdict'].replace('no-evidence', '').replace('-', ' ')}"
        axis.annotate(words, (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=8.5, color=colour)
    axis.axvline(1, color="black", linewidth=1)
    axis.set_xscale("log")
    axis.set_xlim(left, right)
    steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10, 20, 50, 100]
    shown = [s for s in steps if left <= s <= right]
    if len(shown) > 10:
        shown = [s for s in shown if s in (0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100)]
    axis.xaxis.set_major_locator(FixedLocator(shown))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_yticks(range(len(names)))
    axis.set_yticklabels(names, fontsize=8.5)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.grid(axis="y", visible=False)
    axis.set_xlabel("new / base, with 95 % interval (throughput: more is better; all else: less)")
    verdict = {"difference": "They differ", "no-evidence": "No evidence of a difference", "cannot-tell": "Cannot tell"}.get(document["verdict"], "Nothing compared")
    sides = [Path(side["file"]).name for side in (document["base"], *(c["new"] for c in document["comparisons"]))]
    axis.set_title(plain(f"{verdict}: {', '.join(sides[1:])} against {sides[0]}"))
    return figure


# %% [markdown]
# ## All of them

# %%
def pictures(cases: list[Case], comparisons: list[dict]):
    """(name, figure) of everything these files have enough for, one at a time."""
    drawers = [
        ("percentiles", plot_percentiles),
        ("repetitions", plot_repetitions),
        ("over-time", plot_over_time),
        ("throughput", plot_throughput),
        ("sizes", plot_sizes),
        ("cpu", plot_cpu),
    ]
    if cases:
        for name, draw in drawers:
            figure = draw(cases)
            if figure is not None:
                yield name, figure
    for index, document in enumerate(comparisons):
        figure = plot_comparison(document)
        if figure is not None:
            yield "comparison" if len(comparisons) == 1 else f"comparison-{index + 1}", figure


def is_same(path: Path, file: Path) -> bool:
    """Whether both are one file, whatever it is called."""
    try:
        return path.samefile(file)
    except OSError:
        return False


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Draws results and comparisons of xrbench.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=".json or .json.gz")
    parser.add_argument("-o", "--output", type=Path, default=Path("."), help="folder for the pictures (default: here)")
    parser.add_argument("--format", choices=("png", "svg", "pdf"), default="png")
    options = parser.parse_args(arguments)
    try:
        cases, comparisons = load(options.files)
        options.output.mkdir(parents=True, exist_ok=True)
        for name, figure in pictures(cases, comparisons):
            path = options.output / f"{name}.{options.format}"
            if (same := next((file for file in options.files if is_same(path, file)), None)) is not None:
                raise BadFile(f"{path} is the same file as {same}, which would be replaced by a picture of it")
            figure.savefig(path, bbox_inches="tight")
            plt.close(figure)
            print(path)
    except BadFile as error:
        print(f"error: {harmless(str(error))}.", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: the pictures cannot be written: {harmless(str(error))}.", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__" and not IN_NOTEBOOK:
    sys.exit(main(sys.argv[1:]))

# %%
if IN_NOTEBOOK:
    for _ in pictures(*load([Path(file) for file in FILES])):
        plt.show()
