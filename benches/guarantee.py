"""The promise as numbers: every operation by every kind of file, opened, edited, delivered and read back.

    python benches/guarantee.py                        # 12 cases for each operation and kind of file
    python benches/guarantee.py --cases 100 --only jpeg
    python benches/guarantee.py --backend patch --cases 2

Each case has a size of 40 to 200 px a side, an orientation from 1 to 8 where the format has one, one to three
boxes or a grey mask as target, none to two pins, a feather or none, and a dial, a number or a map; all from a
fixed seed. The stand-in backend changes every sample that it may.

    kept       pixels that had to be kept
    in memory  of these, changed in the result: must be 0
    in file    of these, changed in the delivered file, as Pillow, tifffile or OpenCV read it: 0 but in JPEG
    broken     of these, changed where the format promises that they do not: outside the re-encoded blocks
               and their border of one chroma sample in a JPEG, everywhere else. Must be 0
    no promise files that promise nothing: an extended JPEG whose old blocks do not fit the grid, and says so

The command ends with status 1 where a promise was broken. The judge is `tests/guarantees.py`.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.guarantees import KINDS, judge, read
from tests.operations.words import params_in_words
from tests.pictures import box, keep_map, mask_selector

from keepdial.backends import backends
from keepdial.errors import SelectionError
from keepdial.operations import operations
from keepdial.request import Request, Selector
from kit.machine import describe

GROUPS = ("Edit a picture", "Colour and light")
"""Operations that act where they are told. Faces need faces, and what moves reaches farther, visibly."""


def boxes(rng: Any, height: int, width: int, most: int) -> tuple[tuple[Selector, ...], Any]:
    """Return up to `most` boxes as selectors, and as (H, W) bool."""
    region = np.zeros((height, width), np.bool_)
    made = []
    for _ in range(int(rng.integers(1, most + 1))):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = int(rng.integers(1, width // 3)), int(rng.integers(1, height // 3))
        made.append(box(x, y, w, h))
        region[y : y + h, x : x + w] = True
    return tuple(made), region


def case(rng: Any, operation: str, height: int, width: int, backend: str) -> tuple[Request, Any]:
    """Return a request and what must be kept, (H, W) bool."""
    kept = np.zeros((height, width), np.bool_)
    does = operation in backends()[backend].capabilities.operations
    more: dict[str, Any] = {"seed": int(rng.integers(0, 2**32)), "backend": backend if does else None}
    if rng.random() < 0.5:
        more["pins"], pinned = boxes(rng, height, width, 2)
        kept |= pinned
    keep = rng.choice(["default", "zero", "part", "map"])
    more["keep"] = {"zero": 0.0, "part": float(rng.uniform(0.1, 0.9))}.get(keep)
    if keep == "map":
        values = rng.choice([0, 100, 255], (height, width)).astype(np.uint8)
        more["keep"] = keep_map(values)
        kept |= values == 255
    if operation == "extend":
        more["params"] = {"left": int(rng.integers(1, 20)), "bottom": int(rng.integers(0, 20))}
        return Request(operation=operation, **more), np.ones_like(kept)
    subject = operations()[operation].subject
    fields = operations()[operation].params.model_fields
    words = params_in_words(operations()[operation])
    some = {"feather": float(rng.choice([0, 0, 2, 5])), "grow": 0, "edge": "hard"}
    some["to"] = str(rng.choice(["blur", "colour", "gradient"]))
    more["params"] = words | {name: value for name, value in some.items() if name in fields}
    if rng.random() < 0.7:
        more["targets"], free = boxes(rng, height, width, 3)
    else:
        values = np.zeros((height, width), np.uint8)
        part = np.s_[height // 4 : height // 2, width // 4 : 3 * width // 4]
        values[part] = rng.choice([0, 1, 128, 255], values[part].shape)
        more["targets"], free = (mask_selector(values),), values > 0
        if subject:  # only what is subject through and through stays
            free = values == 255
    return Request(operation=operation, **more), kept | (free if subject else ~free)


def row(operation: str, name: str, cases: int, backend: str) -> Counter[str]:
    """Return the counts of all cases of one operation with one kind of file."""
    total: Counter[str] = Counter()
    rng = np.random.default_rng((zlib.crc32(f"{operation} {name}".encode()), 1))
    for _ in range(cases):
        size = (int(rng.integers(40, 201)), int(rng.integers(40, 201)))
        data = KINDS[name].make(*size, int(rng.integers(1, 9)), int(rng.integers(0, 100)))
        shown = read(data)
        height, width = shown.shape[:2]
        request, kept = case(rng, operation, height, width, backend)
        if operation == "background":  # a new background shows through what is transparent
            kept &= shown[:, :, 3] == np.iinfo(shown.dtype).max
        try:
            found = judge(KINDS[name], data, request, kept)
        except SelectionError:  # nothing to fill from: refused, so nothing was delivered
            total["refused"] += 1
            continue
        for count in ("kept", "in_memory", "in_file", "broken", "unsaid", "free", "moved"):
            total[count] += getattr(found, count)
        total["cases"] += 1
        total["unpromised"] += not found.promised
    return total


def line(title: str, total: Counter[str]) -> str:
    """Return one row of the table."""
    numbers = (total[key] for key in ("cases", "kept", "in_memory", "in_file"))
    broken = total["broken"] + total["unsaid"]
    return f"{title:30s}" + "".join(f"{n:13,d}" for n in numbers) + f"{broken:9,d}{total['unpromised']:12,d}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cases", type=int, default=12, help="cases for each operation and kind of file")
    parser.add_argument("--only", default="", help="kinds of file whose name contains this")
    parser.add_argument("--backend", default="echo")
    options = parser.parse_args()
    print(f"backend {options.backend}; {describe(('numpy', 'pillow', 'imagecodecs', 'simplejpeg'))}\n")
    heads = ("cases", "kept", "in memory", "in file")
    print(f"{'':30s}" + "".join(f"{head:>13s}" for head in heads) + f"{'broken':>9s}{'no promise':>12s}")
    whole: Counter[str] = Counter()
    for operation in (name for name, unit in sorted(operations().items()) if unit.group in GROUPS):
        for name in (n for n in KINDS if options.only in n and (operation != "cutout" or "alpha" in n)):
            total = row(operation, name, options.cases, options.backend)
            whole += total
            print(line(f"{operation} x {name}", total), flush=True)
    print(line("all", whole))
    free = f"{whole['moved']:,} of {whole['free']:,} pixels that were free changed"
    print(f"\n{free}; {whole['refused']:,} cases were refused: nothing was left to fill from")
    sys.exit(1 if whole["in_memory"] or whole["broken"] or whole["unsaid"] else 0)


if __name__ == "__main__":
    main()
