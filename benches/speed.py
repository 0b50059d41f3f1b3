"""Speed and memory of our fill beside its peers, from one run, against what is required.

    python benches/speed.py                          # every scenario; peers under a minute
    python benches/speed.py --all                    # the slow peers too (an hour)
    python benches/speed.py --only blob512,object1 --peers pypatchmatch3 --reps 5
    python benches/speed.py --peers none             # ours alone

Every (method, repetition) runs in a process of its own with warm kernels; the timed region is the
call, arrays in and arrays out (for G'MIC the whole process). Repetitions are interleaved, so that a
busy moment hits all methods; the tables have medians. The photographs and holes are those of
``kit/pictures.py``: above 768x512 they are mosaics of Kodak photographs at native resolution.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kit.cases import Mask
from kit.machine import describe
from kit.paths import need_shared, peers_python
from kit.peers import PEERS, PeerFailed, Run, run_arrays
from kit.pictures import blob, boxed, photograph, strokes
from kit.timing import run_ours

OURS, CROP = "ours", "pypatchmatch3_crop"
PPM3, PPM5, PPM15 = "pypatchmatch3", "pypatchmatch5", "pypatchmatch15"
NAMES = {OURS: "ours", CROP: "PyPatchMatch 3 on a crop", "pmcython": "patchmatch-cython"} | PEERS
SLOW_RUN = 60.0  # seconds after which one repetition is enough


@dataclass(frozen=True)
class Scenario:
    """A hole in a photograph, who is timed by default and with --all, and what is required.

    ``ratios`` are the most that our time may be of a peer's; ``seconds``, ``megabytes`` absolute.
    """

    title: str
    size: tuple[int, int]
    hole: Callable[[int, int], Mask]
    peers: tuple[str, ...]
    slow: tuple[str, ...] = ()
    ratios: dict[str, float] = field(default_factory=dict)
    seconds: float | None = None
    megabytes: float | None = None


def _blob(share: float) -> Callable[[int, int], Mask]:
    return lambda width, height: blob(width, height, share)


BIG = (4000, 3000)
_SLOW = ("gmic_patchmatch", "pmcython", "resynthesizer", "skimage_biharmonic")
SCENARIOS = {
    "blob512": Scenario(
        title="10 % blob, 512x512",
        size=(512, 512),
        hole=_blob(0.10),
        peers=("cv2_telea", PPM3, PPM5, PPM15),
        slow=_SLOW,
        ratios={PPM3: 0.4, PPM15: 1 / 25},
    ),
    "blob1024": Scenario(
        title="10 % blob, 1024x1024",
        size=(1024, 1024),
        hole=_blob(0.10),
        peers=("cv2_telea", PPM3, PPM5, PPM15, CROP),
        slow=_SLOW,
        ratios={PPM3: 0.3, PPM15: 1 / 50},
    ),
    "blob2048": Scenario(
        title="10 % blob, 2048x2048",
        size=(2048, 2048),
        hole=_blob(0.10),
        peers=("cv2_telea", PPM3, PPM5),
        slow=(PPM15, *_SLOW),
    ),
    "blob12mp": Scenario(
        title="10 % blob, 4000x3000",
        size=BIG,
        hole=_blob(0.10),
        peers=("cv2_telea", PPM3, CROP),
        slow=(PPM5, PPM15, *_SLOW[:-1]),
        ratios={PPM3: 0.25},
        megabytes=1000,
    ),
    "object1": Scenario(
        title="1 % object, 4000x3000",
        size=BIG,
        hole=_blob(0.01),
        peers=("cv2_telea", PPM3, CROP),
        slow=(PPM5, PPM15),
        seconds=1.0,
        megabytes=1000,
    ),
    "object4": Scenario(
        title="4 % object, 4000x3000",
        size=BIG,
        hole=_blob(0.04),
        peers=("cv2_telea", PPM3, CROP),
        slow=(PPM5, PPM15),
        seconds=3.0,
        megabytes=1000,
    ),
    "strokes12mp": Scenario(
        title="60 scattered strokes, 4000x3000",
        size=BIG,
        hole=lambda width, height: strokes(width, height),
        peers=("cv2_telea", PPM3),
        slow=(PPM5,),
        ratios={PPM3: 1 / 5},
        megabytes=1000,
    ),
}


def once(method: str, engine: str, scenario: Scenario) -> Run:
    """One process, one call."""
    width, height = scenario.size
    pixels, mask = photograph(width, height), scenario.hole(width, height)
    if method == OURS:
        return run_ours(engine, pixels, mask)
    if method == CROP:
        box = boxed(mask)
        return run_arrays(PPM3, pixels[box].copy(), mask[box].copy(), warm=True, timeout=3600)[1]
    return run_arrays(method, pixels, mask, warm=True, timeout=3600)[1]


def time_all(methods: list[str], engine: str, scenario: Scenario, reps: int) -> dict[str, list[Run]]:
    """``reps`` runs of every method, interleaved; a failing method is dropped with its reason."""
    runs: dict[str, list[Run]] = {method: [] for method in methods}
    for _ in range(reps):
        for method in list(runs):
            if runs[method] and runs[method][-1].wall > SLOW_RUN:
                continue
            try:
                runs[method].append(once(method, engine, scenario))
            except (PeerFailed, RuntimeError) as failure:
                print(f"  {NAMES.get(method, method)}: {failure}", file=sys.stderr)
                del runs[method]
    return {method: found for method, found in runs.items() if found}


def medians(runs: list[Run]) -> Run:
    """The median of every field."""
    rows = [asdict(run) for run in runs]
    return Run(**{name: statistics.median(row[name] for row in rows) for name in rows[0]})


def verdicts(scenario: Scenario, found: dict[str, Run]) -> list[str]:
    """One line for each requirement: the value, the limit, and whether it holds."""
    if OURS not in found:
        return []
    own = found[OURS]
    lines: list[tuple[str, float, float]] = []
    for peer, limit in scenario.ratios.items():
        if peer in found:
            lines.append((f"time / {NAMES[peer]}", own.wall / found[peer].wall, limit))
        else:
            print(f"  (no run of {NAMES[peer]}: its target is not judged)")
    if scenario.seconds is not None:
        lines.append(("seconds", own.wall, scenario.seconds))
    if scenario.megabytes is not None:
        lines.append(("peak MB of the process", own.peak, scenario.megabytes))
    return [
        f"  {'met   ' if value <= limit else 'MISSED'} {what}: {value:.3g}, required <= {limit:.3g}"
        for what, value, limit in lines
    ]


def show(scenario: Scenario, runs: dict[str, list[Run]]) -> None:
    """The scenario's table and verdicts."""
    found = {method: medians(rows) for method, rows in runs.items()}
    share = float(scenario.hole(*scenario.size).mean())
    load = os.getloadavg()[0]
    print(f"\n== {scenario.title} (hole {share:.1%}, load {load:.2f})")
    print(f"{'':26}{'reps':>5}{'wall s':>9}{'min..max':>16}{'CPU s':>9}{'ours/it':>9}", end="")
    print(f"{'it/PPM3':>9}{'it/PPM15':>9}{'peak MB':>9}{'over base':>10}")
    for method, run in found.items():
        walls = [row.wall for row in runs[method]]
        line = f"{NAMES.get(method, method):26}{len(walls):5}{run.wall:9.3f}"
        line += f"{f'{min(walls):.3g}..{max(walls):.3g}':>16}{run.cpu:9.3f}"
        line += _ratio(found.get(OURS), run) + _ratio(run, found.get(PPM3))
        line += _ratio(run, found.get(PPM15))
        print(line + f"{run.peak:9.0f}{run.peak - run.base:10.0f}")
    print("\n".join(verdicts(scenario, found)), flush=True)


def _ratio(over: Run | None, under: Run | None) -> str:
    return f"{over.wall / under.wall:9.3f}" if over and under else f"{'':9}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--only", default=",".join(SCENARIOS), help=f"scenarios of {','.join(SCENARIOS)}")
    add("--peers", default="", help="these peers instead of the scenario's own; none: ours alone")
    add("--all", action="store_true", help="the slow peers too")
    add("--no-ours", action="store_true", help="the peers alone")
    add("--reps", type=int, default=3)
    add("--engine", default="keepdial", help="keepdial, stand-in, module:function, file:function")
    add("--json", help="write every run here")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    need_shared()
    print(describe())
    if peers_python() is None and options.peers != "none":
        print("no peers' environment (benches/setup_peers.sh): ours alone")
        options.peers = "none"
    everything: dict[str, dict[str, list[dict[str, float]]]] = {}
    for name in options.only.split(","):
        scenario = SCENARIOS[name]
        peers = [*scenario.peers, *(scenario.slow if options.all else ())]
        if options.peers:
            peers = [p for p in options.peers.split(",") if p != "none"]
        methods = peers if options.no_ours else [OURS, *peers]
        runs = time_all(methods, options.engine, scenario, options.reps)
        show(scenario, runs)
        everything[name] = {m: [asdict(run) for run in rows] for m, rows in runs.items()}
        if options.json:
            result = {"machine": describe(), "engine": options.engine, "runs": everything}
            Path(options.json).write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
