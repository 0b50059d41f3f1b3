"""The main subject by itself: intersection over union with the true mask, beside doing nothing.

    python benches/subject.py                      # the tables
    python benches/subject.py --sheet people.png   # and what was found in each of the people's photographs
    python benches/subject.py --shadow             # shadows, against where the object darkened its ground

The sets: photographs of people (binary masks), objects of the GrabCut set (unknown pixels left out) and
matting (alpha above one half). Constants were chosen on the cases with even numbers of each set ("chosen"),
the odd ones ("held out") were only measured. "all" calls every pixel subject. "GrabCut" is OpenCV's, five
rounds, at the working size that ours has, from a rectangle 1 % inside the picture: of 1, 2, 5 and 10 %, the
best for the people. "faces" are those that `keepdial.faces` finds, where it
is installed. "person" is a network (the selfie model of ../shared/models, read directly, so that the bench
needs no model store): "once" thresholds its answer, "closer" is `person_map`, "subject" is `subject_mask`.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from keepdial import faces
from keepdial.regions.shadow import shadow_of
from keepdial.saliency import person_map, subject_mask
from keepdial.saliency.working import working
from kit.cases import Mask, Pixels, read_rgb
from kit.machine import describe
from kit.paths import DATA, SHARED, need_shared


@dataclass(frozen=True)
class Case:
    set: str
    name: str
    rgb: Pixels
    truth: Mask
    ignored: Mask


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument(
        "--sheet", type=Path, help="a PNG to write: every photograph of people, what was found"
    )
    options.add_argument("--shadow", action="store_true", help="shadows instead of subjects")
    asked = options.parse_args()
    need_shared()
    print(describe())
    if asked.shadow:
        shadows()
        return
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    tiles = []
    for group in (people(), grabcut(), matting()):
        for number, case in enumerate(group):
            half = "chosen" if number % 2 == 0 else "held out"
            for method, answer in methods(case).items():
                begun = time.perf_counter()
                mask = answer()
                seconds = time.perf_counter() - begun
                score = overlap(mask > 0.5, case)
                found[f"{case.set}, {half}", method].append((score, seconds))
                found[case.set, method].append((score, seconds))
                if asked.sheet and case.set == "people" and method in ("ours + faces", "person, subject"):
                    tiles.append(tile(case, mask, f"{case.name} {score:.2f}"))
    table(found)
    if asked.sheet and tiles:
        tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % 10)
        rows = [np.hstack(tiles[i : i + 10]) for i in range(0, len(tiles), 10)]
        Image.fromarray(np.vstack(rows)).save(asked.sheet)


def people() -> list[Case]:
    cases = []
    images = sorted((DATA / "cutout_people").glob("*_image.jpg"), key=lambda p: int(p.name.split("_")[0]))
    for path in images:
        rgb = read_rgb(path)
        mask = Image.open(path.with_name(path.name.replace("_image.jpg", "_mask.png"))).convert("L")
        # Some masks are smaller than their photographs.
        truth = np.asarray(mask.resize((rgb.shape[1], rgb.shape[0]), Image.Resampling.BILINEAR)) > 127
        cases.append(Case("people", path.name.split("_")[0], rgb, truth, np.zeros_like(truth)))
    return cases


def grabcut() -> list[Case]:
    cases = []
    for path in sorted((DATA / "select_grabcut").glob("*_gt.png")):
        labels = np.asarray(Image.open(path).convert("L"))
        rgb = read_rgb(path.with_name(path.name.replace("_gt", "")))
        cases.append(Case("objects", path.stem, rgb, labels == 255, labels == 128))
    return cases


def matting() -> list[Case]:
    cases = []
    for path in sorted(DATA.glob("matting_*/*_alpha.png")):
        image = path.with_name(path.name.replace("_alpha", "_image"))
        image = image if image.exists() else path.with_name(path.name.replace("_alpha", ""))
        truth = np.asarray(Image.open(path).convert("L")) > 127
        cases.append(Case("matting", path.stem, read_rgb(image), truth, np.zeros_like(truth)))
    return cases


def methods(case: Case) -> dict[str, Callable[[], Any]]:
    rgb = case.rgb
    known: dict[str, Callable[[], Any]] = {
        "all": lambda: np.ones(rgb.shape[:2], np.float32),
        "GrabCut": lambda: rectangle(rgb),
        "ours": lambda: subject_mask(rgb),
    }
    if not faces.missing():
        known["ours + faces"] = lambda: subject_mask(rgb, faces=[f.box for f in faces.find_faces(rgb)])
    if case.set == "people" and network() is not None:
        known["person, once"] = lambda: selfie(rgb)
        known["person, closer"] = lambda: person_map(rgb, selfie)
        known["person, subject"] = lambda: subject_mask(rgb, person=person_map(rgb, selfie))
    return known


def rectangle(rgb: Pixels) -> Any:
    small = working(rgb, 90_000).rgb
    height, width = small.shape[:2]
    dx, dy = max(1, width // 100), max(1, height // 100)
    labels, box = np.zeros((height, width), np.uint8), (dx, dy, width - 2 * dx, height - 2 * dy)
    cv2.setRNGSeed(0)
    cv2.grabCut(small, labels, box, np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_RECT)
    return cv2.resize((labels & 1).astype(np.float32), (rgb.shape[1], rgb.shape[0]))


@cache
def network() -> Any:
    path = SHARED / "models" / "selfie_mlkit_256.tflite"
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        return None
    if not path.exists():
        return None
    loaded = Interpreter(str(path))
    loaded.allocate_tensors()
    return loaded


def selfie(rgb: Pixels) -> Any:
    loaded = network()
    small = cv2.resize(rgb.astype(np.float32) / 255, (256, 256), interpolation=cv2.INTER_AREA)
    loaded.set_tensor(loaded.get_input_details()[0]["index"], small[None])
    loaded.invoke()
    answer = loaded.get_tensor(loaded.get_output_details()[0]["index"])[0, ..., 0]
    return np.clip(cv2.resize(answer, (rgb.shape[1], rgb.shape[0])), 0, 1)


def overlap(mask: Mask, case: Case) -> float:
    seen = ~case.ignored
    both, either = (mask & case.truth & seen).sum(), ((mask | case.truth) & seen).sum()
    return float(both / max(1, either))


def table(found: dict[tuple[str, str], list[tuple[float, float]]]) -> None:
    print(f"{'set':20}{'method':18}{'n':>4}{'median':>9}{'mean':>8}{'worst 10th':>12}{'>= 0.8':>8}{'s':>7}")
    for (group, method), values in sorted(found.items(), key=lambda item: item[0][0]):
        scores, seconds = np.array(values).T
        print(
            f"{group:20}{method:18}{len(scores):4}{np.median(scores):9.3f}{scores.mean():8.3f}"
            f"{np.quantile(scores, 0.1):12.3f}{(scores >= 0.8).mean():8.0%}{np.median(seconds):7.2f}"
        )


def tile(case: Case, mask: Any, label: str) -> Any:
    shade = np.array((0, 0, 90))
    shown = np.where(mask[..., None] > 0.5, case.rgb, case.rgb * 0.3 + shade * 0.5).astype(np.uint8)
    lines, _ = cv2.findContours(case.truth.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(shown, lines, -1, (0, 255, 0), max(1, shown.shape[1] // 250))
    scale = 230 / max(shown.shape[:2])
    shown = cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    sheet = np.full((250, 240, 3), 255, np.uint8)
    sheet[20 : 20 + shown.shape[0], : shown.shape[1]] = shown
    cv2.putText(sheet, label, (2, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1)
    return sheet


def shadows() -> None:
    """Two truths: the effect mask (drawn generously), and where the scene without the object is lighter."""
    found: dict[tuple[str, str, str], list[tuple[float, float, float]]] = defaultdict(list)
    folder = DATA / "removal_real"
    for number, path in enumerate(sorted(folder.glob("*_image.png"))):
        name = path.name.removesuffix("_image.png")
        rgb, without = read_rgb(path), read_rgb(folder / f"{name}_gt.png")
        thing, effect = (
            np.asarray(Image.open(folder / f"{name}_{kind}_mask.png").convert("L")) > 127
            for kind in ("object", "effect")
        )
        lighter = np.log(blurred(without) + 4) - np.log(blurred(rgb) + 4)
        truths = {"effect mask": effect & ~thing}
        truths["darkened 4 %"] = truths["effect mask"] & (lighter.mean(axis=2) > 0.04)
        side = 2 * round(0.12 * float(np.sqrt(thing.sum()))) + 1
        grown = cv2.dilate(thing.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
        answers = {
            "nothing": np.zeros_like(thing),
            "grown by 12 %": grown & ~thing,
            "ours": shadow_of(rgb, thing.astype(np.float32)) > 0.5,
        }
        half = "chosen" if number % 2 == 0 else "held out"
        for what, truth in truths.items():
            for method, answer in answers.items():
                both = float((answer & truth).sum())
                rates = (
                    both / max(1, (answer | truth).sum()),
                    both / max(1, truth.sum()),
                    both / max(1, answer.sum()),
                )
                found[what, half, method].append(rates)
    print(f"{'truth':14}{'half':10}{'method':16}{'n':>4}{'IoU':>7}{'recall':>8}{'precision':>11}")
    for (what, half, method), values in found.items():
        iou, recall, precision = np.mean(values, axis=0)
        print(f"{what:14}{half:10}{method:16}{len(values):4}{iou:7.2f}{recall:8.2f}{precision:11.2f}")


def blurred(rgb: Pixels) -> Any:
    return cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), 1.5)


if __name__ == "__main__":
    main()
