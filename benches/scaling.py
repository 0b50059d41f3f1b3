"""How our fill's time grows: flat with the photograph, linear with the hole.

    python benches/scaling.py                     # two tables and .peers/scaling.png
    python benches/scaling.py --reps 5 --out /tmp/scaling.png --json /tmp/scaling.json

First table: one hole of 40,000 pixels in photographs of 0.25 to 12 megapixels. Second table: holes
of 0.1 to 10 % of a 4000x3000 photograph. Each (size, repetition) runs in a process of its own with
warm kernels; medians. Under each table: the slope of log time over log size (0 is flat, 1 linear)
and the straight line through the points, whose fixed part is what every call costs. The plot needs
matplotlib (benches/requirements.txt); without it the tables are printed all the same.
"""

from __future__ import annotations

import argparse
import json
import statistics
from importlib import import_module
from pathlib import Path

import numpy as np

from kit.cases import Mask
from kit.machine import describe
from kit.paths import need_shared, scratch
from kit.peers import Run
from kit.pictures import blob, photograph
from kit.timing import run_ours

PHOTOGRAPHS = ((512, 512), (724, 724), (1024, 1024), (1448, 1448), (2048, 2048), (4000, 3000))
FIXED_HOLE = 40_000
SHARES = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.07, 0.1)
BIG = (4000, 3000)

Point = tuple[float, Run]


def timed(engine: str, size: tuple[int, int], mask: Mask, reps: int) -> Run:
    """Medians of ``reps`` calls, each in its own process; True in ``mask`` is the hole."""
    runs = [run_ours(engine, photograph(*size), mask) for _ in range(reps)]
    return Run(*(statistics.median(v) for v in zip(*(vars(r).values() for r in runs), strict=True)))


def slope(points: list[Point]) -> float:
    """Exponent of the power law through the points."""
    sizes, walls = np.log([p[0] for p in points]), np.log([p[1].wall for p in points])
    return float(np.polyfit(sizes, walls, 1)[0])


def line(points: list[Point]) -> tuple[float, float, float]:
    """Fixed seconds, seconds per megapixel and R^2 of the straight line through the points."""
    sizes, walls = np.array([p[0] for p in points]) / 1e6, np.array([p[1].wall for p in points])
    steep, fixed = np.polyfit(sizes, walls, 1)
    left, spread = walls - fixed - steep * sizes, walls - walls.mean()
    return float(fixed), float(steep), float(1 - (left**2).sum() / (spread**2).sum())


def show(title: str, unit: str, points: list[Point]) -> None:
    """One table with its fits."""
    print(f"\n== {title}")
    print(f"{unit:>16}{'wall s':>9}{'CPU s':>9}{'us/px':>9}{'peak MB':>9}{'over base':>11}")
    for size, run in points:
        print(
            f"{size:16,.0f}{run.wall:9.3f}{run.cpu:9.3f}{run.wall / size * 1e6:9.2f}"
            f"{run.peak:9.0f}{run.peak - run.base:11.0f}"
        )
    first, last = points[0], points[-1]
    fixed, steep, fit = line(points)
    print(
        f"slope {slope(points):.2f}; {last[0] / first[0]:.0f} times the pixels cost "
        f"{last[1].wall / first[1].wall:.1f} times the time; "
        f"line: {fixed:.3f} s + {steep:.3f} s per megapixel, R^2 {fit:.3f}"
    )


def plot(photographs: list[Point], holes: list[Point], path: Path) -> None:
    """Both curves, log-log, with the ideal slope dashed."""
    try:
        mpl, pyplot = import_module("matplotlib"), import_module("matplotlib.pyplot")
    except ImportError:
        print("no plot: pip install -r benches/requirements.txt")
        return
    mpl.use("Agg")
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for axis, points, ideal, title in (
        (axes[0], photographs, 0, f"a hole of {FIXED_HOLE:,} pixels, pixels of the photograph"),
        (axes[1], holes, 1, "a 4000x3000 photograph, pixels of the hole"),
    ):
        sizes = np.array([p[0] for p in points])
        walls = np.array([p[1].wall for p in points])
        middle = float(np.exp(np.log(walls).mean() - ideal * np.log(sizes).mean()))
        axis.loglog(sizes, walls, "o-", label=f"measured, slope {slope(points):.2f}")
        axis.loglog(sizes, middle * sizes**ideal, "--", color="grey", label=f"slope {ideal}")
        axis.set(xlabel=title, ylabel="seconds", ylim=(walls.min() / 3, walls.max() * 3))
        axis.grid(visible=True, which="both", alpha=0.25)
        axis.legend()
    figure.savefig(path, dpi=110)
    print(f"\n{path}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--reps", type=int, default=3)
    add("--engine", default="keepdial", help="keepdial, stand-in, module:function, file:function")
    add("--out", type=Path, help="the plot (default: .peers/scaling.png)")
    add("--json", type=Path, help="write the points here")
    options = parser.parse_args()
    need_shared()
    print(describe())

    photographs: list[Point] = []
    for size in PHOTOGRAPHS:
        mask = blob(*size, share=0, area=FIXED_HOLE)
        run = timed(options.engine, size, mask, options.reps)
        photographs.append((float(size[0] * size[1]), run))
    show(f"a hole of {FIXED_HOLE:,} pixels", "photograph, px", photographs)
    holes: list[Point] = []
    for share in SHARES:
        mask = blob(*BIG, share=share)
        holes.append((float(mask.sum()), timed(options.engine, BIG, mask, options.reps)))
    show("a photograph of 4000x3000", "hole, px", holes)
    plot(photographs, holes, options.out or scratch() / "scaling.png")
    if options.json:
        points = {"photographs": photographs, "holes": holes}
        rows = {name: [[s, vars(r)] for s, r in found] for name, found in points.items()}
        options.json.write_text(json.dumps({"machine": describe()} | rows, indent=1))


if __name__ == "__main__":
    main()
