"""Quality of our fill beside its peers, on photographs whose true content is known.

    python benches/quality.py                                # everything; fills the peers' cache
    python benches/quality.py --only ours --subset fast      # the quick loop: peers from the cache
    python benches/quality.py --only ours --jobs 2 --json run.json
    python benches/quality.py --only ours --against run.json # what a change did

Rows: ours, the peers, MI-GAN where its outputs are given, the mean colour in the hole, and doing
nothing (the given pixels; left out of the freeform sets, where they are the truth). Peers see the
hole greyed, and so do we. The sets and their references are told in ``kit/cases.py``, the
measures in ``kit/measures.py``; ``real_object`` and ``real_effect`` are always separate tables.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from kit import engine, peers
from kit.cases import SETS, Case, Loaded, Pixels, select
from kit.machine import describe
from kit.measures import MEASURES
from kit.paths import need_shared, peers_python, scratch
from kit.rows import OURS, Values, column, compare, table

MIGAN, MEAN, NOTHING, BEFORE = "migan", "mean", "nothing", "before"
LEGEND = """
columns: median, mean, w10 (nine cases in ten are at least this good), then ours against that row:
+n our median is better, n cases won. s: seconds of one call as they came, no benchmark."""
REFERENCES = {
    "real_object": "true pixels; the mask leaves the object's shadow in the photograph",
    "real_effect": "true pixels; the mask covers object and shadow",
    "composite": "true pixels",
    "places256_freeform": "true pixels",
    "places512_freeform": "true pixels",
    "places512_object": "NO TRUTH: the reference is MI-GAN's output",
}


@cache
def _engine(name: str) -> engine.Engine:
    fill = engine.load(name)
    hole = np.zeros((96, 96), bool)
    hole[40:56, 40:56] = True
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    try:
        fill(noise, hole, seed=0)  # kernels warm
    except Exception:  # noqa: BLE001  whatever it was, nothing can be measured
        raise SystemExit(f"the engine {name!r} fills nothing:\n{traceback.format_exc()}") from None
    return fill


def ours(job: tuple[Case, str, int]) -> tuple[str, dict[str, float] | str]:
    """Fill one case with our engine and measure it; a failure comes back as its traceback."""
    case, name, seed = job
    loaded = case.load()
    try:
        fill = _engine(name)
        start = time.perf_counter()
        pixels = fill(loaded.pixels, loaded.mask, seed=seed)
        seconds = time.perf_counter() - start
    except Exception:  # noqa: BLE001  one bad case must not hide the others; it is printed
        return case.key, traceback.format_exc()
    if name != "stand-in":
        save(case, pixels)
    return case.key, peers.measure_all(case, loaded, pixels) | {"seconds": seconds}


def saved(case: Case) -> Path:
    """Where the last output of our engine for ``case`` lies."""
    return scratch("ours", case.set) / f"{case.name}.png"


def save(case: Case, pixels: Pixels) -> None:
    Image.fromarray(pixels).save(saved(case), compress_level=1)


def run_ours(
    cases: list[Case], name: str, seed: int, jobs: int
) -> Iterator[tuple[str, dict[str, float] | str]]:
    """Our engine over ``cases``; with several jobs every worker keeps to one thread."""
    work = [(case, name, seed) for case in cases]
    if jobs <= 1:
        yield from map(ours, work)
        return
    for variable in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(ours, work)


def without_an_engine(case: Case, loaded: Loaded) -> dict[str, Pixels]:
    """The rows that nobody has to compute: MI-GAN's own, the mean colour, nothing done."""
    mean = loaded.given.copy()
    mean[loaded.mask] = loaded.given[~loaded.mask].mean(0).round().astype(np.uint8)
    rows = {MEAN: mean}
    if loaded.migan is not None:
        rows[MIGAN] = loaded.migan
    if not case.set.endswith("_freeform"):
        rows[NOTHING] = loaded.given
    return rows


def simple_rows(case: Case, loaded: Loaded) -> dict[str, dict[str, float]]:
    """Measures of ``without_an_engine``, cached beside the peers'."""
    from kit.measures import source_digest

    notes = scratch("cache", "simple") / f"{case.set}__{case.name}-{source_digest()}.json"
    if notes.exists():
        found: dict[str, dict[str, float]] = json.loads(notes.read_text())
        return found
    rows = without_an_engine(case, loaded).items()
    found = {name: peers.measure_all(case, loaded, pixels) for name, pixels in rows}
    notes.write_text(json.dumps(found))
    return found


def collect(options: argparse.Namespace, cases: list[Case]) -> tuple[Values, int]:
    """Compute what was asked for, read the rest from the cache."""
    only = options.only.split(",") if options.only else [OURS, *peers.QUALITY_PEERS]
    values: Values = {case.key: {} for case in cases}
    failures = 0
    if OURS in only:
        for key, found in run_ours(cases, options.engine, options.seed, options.jobs):
            if isinstance(found, str):
                print(f"{key}: our engine failed\n{found}", file=sys.stderr)
                failures += 1
            else:
                values[key][OURS] = found
    asked = [p for p in peers.PEERS if p in only]
    if asked and peers_python() is None:
        print("no peers' environment (benches/setup_peers.sh): peers from the cache only", file=sys.stderr)
        asked = []
    for peer in asked:
        for case in sorted(cases, key=lambda case: int(case.load().mask.sum())):  # quick ones first
            start = time.perf_counter()
            if why := peers.fill(peer, case, case.load(), retry=options.retry):
                print(f"{case.key}: {peer}: {why}", file=sys.stderr)
            elif time.perf_counter() - start > 1:
                print(f"  {peer} {case.key} {time.perf_counter() - start:.1f} s", file=sys.stderr)
    for case in cases:
        loaded = case.load()
        values[case.key] |= simple_rows(case, loaded)
        for peer in peers.PEERS:
            if (cached := peers.values(peer, case, loaded)) is not None:
                values[case.key][peer] = cached
    if options.against:
        before: Values = json.loads(Path(options.against).read_text())["values"]
        for key in values:
            if OURS in before.get(key, {}):
                values[key][BEFORE] = before[key][OURS]
    return values, failures


def report(values: Values, cases: list[Case], against: str | None) -> None:
    """One table a set, then what holds over all sets that have a truth."""
    methods = {OURS: "ours"}
    if against:
        methods[BEFORE] = f"ours in {Path(against).name}"
    methods |= peers.PEERS | {MIGAN: "MI-GAN (learned)", MEAN: "mean colour", NOTHING: "do nothing"}
    for name in SETS:
        keys = [case.key for case in cases if case.set == name]
        if not keys:
            continue
        print(f"\n== {name}: {len(keys)} cases; reference: {REFERENCES[name]}")
        print(table(values, keys, methods, MEASURES))
        if any("haarpsi_migan" in row for key in keys for row in values[key].values()):
            print(f"-- {name}: distance to MI-GAN's output (not to the truth)")
            print(table(values, keys, methods, ("haarpsi_migan", "gmsd_migan")))
    print("\n== better than ... in n of N cases that have a truth (+ our median is better)")
    keys = [case.key for case in cases if case.truth]
    for method, label in methods.items():
        marks = []
        for measure in MEASURES:
            a, b = (column(values, keys, m, measure) for m in (OURS, method))
            if method != OURS and a and b:
                marks.append(f"{measure} {compare(measure, a, b)}/{len(a.keys() & b.keys())}")
        if marks:
            print(f"{label:24} " + "   ".join(marks))
    touched = [k for k in values if values[k].get(OURS, {}).get("outside_changed")]
    if touched:
        print(f"\nOURS CHANGED PIXELS OUTSIDE THE MASK in {len(touched)} cases: {', '.join(touched)}")


def per_case(values: Values) -> None:
    """HaarPSI of every case: ours, the best peer, and the gap, worst first."""
    rows = []
    for key, found in values.items():
        others = {m: v["haarpsi"] for m, v in found.items() if m in peers.PEERS}
        if OURS in found and others:
            best = max(others, key=lambda m: others[m])
            rows.append((found[OURS]["haarpsi"] - others[best], key, best, others[best], found[OURS]))
    print("\n== every case, worst first: our HaarPSI minus the best peer's")
    for gap, key, best, value, own in sorted(rows, key=lambda row: row[0]):
        print(
            f"{gap:+.3f}  {key:44} ours {own['haarpsi']:.3f}  {best:18} {value:.3f}"
            f"   swd {own['swd']:5.1f}  sharp {own['sharp']:.2f}  {own.get('seconds', 0):.2f} s"
        )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--only", default="", help="compute only these: ours and names of peers, with commas")
    add("--subset", choices=("all", "fast"), default="all", help="fast: about every third case")
    add("--sets", default="", help=f"names or prefixes: {','.join(SETS)}")
    add("--match", default="", help="only cases whose set/name contains this")
    add("--engine", default="keepdial", help="keepdial, stand-in, module:function, file.py:function")
    add("--seed", type=int, default=0)
    add("--jobs", type=int, default=1, help="processes for our engine, one thread each")
    add("--json", help="write every case's values here")
    add("--against", help="a file of --json: its `ours` becomes a row to beat")
    add("--cases", action="store_true", help="list every case, worst first")
    add("--retry", action="store_true", help="try peers again that failed before")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    need_shared()
    cases = select(options.subset, options.sets, options.match)
    print(describe())
    start = time.perf_counter()
    values, failures = collect(options, cases)
    report(values, cases, options.against)
    if options.cases:
        per_case(values)
    print(LEGEND)
    print(f"{len(cases)} cases in {time.perf_counter() - start:.1f} s")
    if options.json:
        meta = {"engine": options.engine, "seed": options.seed, "machine": describe()}
        Path(options.json).write_text(json.dumps({"meta": meta, "values": values}, indent=1))
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
