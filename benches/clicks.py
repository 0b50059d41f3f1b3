"""Clicks: how many a robot needs until an object is selected, and how long each takes.

    python benches/clicks.py                 # all photographs, ours beside plain GrabCut (tens of minutes)
    python benches/clicks.py --no-people --cap 10
    python benches/clicks.py --only ours

A robot clicks the deepest point of the largest connected wrong region, the first at the object's centre;
NoC@90 is the mean number of clicks until the intersection over union reaches 0.90, 20 where it never does.
Photographs are in two halves: constants were chosen on "tuned" alone. Published for GrabCut's 50 pictures
(NoC@85 / NoC@90): graph cut 7.98 / 10.00, geodesic star convexity 7.10 / 9.12 (Xu et al., CVPR 2016); with
networks RITM 1.46 / 1.56 (Sofiiuk et al., 2021), SAM ViT-H 1.88 at 90. Ours are 17 of these pictures.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from keepdial.geometry import Box
from keepdial.segment import Click
from keepdial.segment.session import Session
from kit.clicks import Marked, clicked, iou, needed, photographs
from kit.machine import describe
from kit.paths import need_shared
from kit.pictures import photograph

Clicks = list[tuple[float, float, bool]]
Answer = Callable[[Clicks], Any]
SHOWN = (1, 2, 3, 5)


def ours(case: Marked) -> tuple[Any, Answer]:
    session = Session(case.rgb)
    boxed = session.solve(box=Box(*case.box)) >= 0.5
    return boxed, lambda clicks: session.solve(clicks=[Click(*click) for click in clicks]) >= 0.5


def grabcut(case: Marked) -> tuple[Any, Answer]:
    """cv2.grabCut: after a click its own last labels go on as probable, and discs around all clicks as sure.

    The first click starts from a disc of probable inside, of half the distance to the picture's border.
    """
    import cv2

    bgr = np.ascontiguousarray(case.rgb[..., ::-1])
    height, width = case.truth.shape
    last: dict[int, Any] = {}

    def cut(labels: Any, box: Any, mode: int, rounds: int) -> Any:
        # It fails where one of the two sides has no pixels left to learn from.
        with contextlib.suppress(cv2.error):
            labels, _, _ = cv2.grabCut(bgr, labels, box, np.zeros((1, 65)), np.zeros((1, 65)), rounds, mode)
        return labels

    def answer(clicks: Clicks) -> Any:
        x, y, _ = clicks[0]
        labels = last.get(len(clicks) - 1)
        if labels is None:
            labels = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
            reach = int(0.5 * min(x, y, width - x, height - y)) + 2
            cv2.circle(labels, (int(x), int(y)), reach, int(cv2.GC_PR_FGD), -1)
        labels = labels.copy()
        for x, y, inside in clicks:
            cv2.circle(labels, (int(x), int(y)), 3, int(cv2.GC_FGD if inside else cv2.GC_BGD), -1)
        labels = last[len(clicks)] = cut(labels, (0, 0, 1, 1), cv2.GC_INIT_WITH_MASK, 3)
        return labels % 2 == 1

    labels = cut(np.zeros((height, width), np.uint8), case.box, cv2.GC_INIT_WITH_RECT, 5)
    return labels % 2 == 1, answer


def nothing(case: Marked) -> tuple[Any, Answer]:
    """The box itself, and a disc around each click: what selecting by hand starts from."""
    import cv2

    x, y, width, height = case.box
    boxed = np.zeros(case.truth.shape, bool)
    boxed[y : y + height, x : x + width] = True

    def answer(clicks: Clicks) -> Any:
        labels = np.zeros(case.truth.shape, np.uint8)
        for px, py, inside in clicks:
            cv2.circle(labels, (int(px), int(py)), 3, int(inside), -1)
        return labels == 1

    return boxed, answer


METHODS = {"ours": ours, "grabcut": grabcut, "nothing": nothing}


def measure(case: Marked, method: str, cap: int) -> tuple[float, list[float]]:
    """Return the IoU after the box, and after each click without it."""
    boxed, answer = METHODS[method](case)
    return iou(boxed, case.truth), clicked(answer, case.truth, cap=cap)


def table(cases: list[Marked], results: dict[str, dict[str, tuple[float, list[float]]]]) -> None:
    head = "".join(f"{f'{k} cl.':>7}" for k in SHOWN)
    print(f"{'':26}{'n':>4}{'box':>7}{head}{'NoC@85':>8}{'NoC@90':>8}")
    groups = {
        "GrabCut, all": [c for c in cases if not c.people],
        "GrabCut, tuned": [c for c in cases if not c.people and c.tuned],
        "GrabCut, held out": [c for c in cases if not c.people and not c.tuned],
        "people, tuned": [c for c in cases if c.people and c.tuned],
        "people, held out": [c for c in cases if c.people and not c.tuned],
    }
    for title, group in groups.items():
        for method, found in results.items():
            if not group:
                continue
            boxes = [found[c.name][0] for c in group]
            after = [found[c.name][1] for c in group]
            cells = f"{np.mean(boxes):7.3f}" + "".join(
                f"{np.mean([a[k - 1] for a in after]):7.3f}" for k in SHOWN
            )
            clicks = "".join(f"{np.mean([needed(a, level) for a in after]):8.2f}" for level in (0.85, 0.90))
            print(f"{title + ', ' + method:26}{len(group):4}{cells}{clicks}")


def speed() -> None:
    """Print what opening a picture and each click takes, in seconds: the median of 8 clicks."""
    print(f"\n{'seconds':12}{'look once':>11}{'click':>8}{'of it edge':>12}")
    for title, (width, height) in {"0.25 MP": (576, 432), "1 MP": (1152, 864), "12 MP": (4000, 3000)}.items():
        rgb = np.ascontiguousarray(photograph(width, height))
        began = time.perf_counter()
        session = Session(rgb)
        look = time.perf_counter() - began
        rng = np.random.default_rng(0)
        clicks = [Click(width / 2, height / 2)]
        session.solve(clicks=clicks)
        spent = []
        for k in range(8):
            clicks.append(Click(rng.uniform(0, width), rng.uniform(0, height), k % 2 == 1))
            began = time.perf_counter()
            session.solve(clicks=clicks)
            spent.append(time.perf_counter() - began)
        began = time.perf_counter()
        session.solve(clicks=clicks)  # remembered: only the edge is drawn again
        edge = time.perf_counter() - began
        print(f"{title:12}{look:11.2f}{np.median(spent):8.2f}{edge:12.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", help="methods, separated by commas: " + ", ".join(METHODS))
    parser.add_argument("--cap", type=int, default=20)
    parser.add_argument("--no-people", action="store_true")
    parser.add_argument("--no-speed", action="store_true")
    given = parser.parse_args()
    need_shared()
    print(describe(), flush=True)
    methods = given.only.split(",") if given.only else list(METHODS)
    cases = list(photographs(people=not given.no_people))
    results: dict[str, dict[str, tuple[float, list[float]]]] = {method: {} for method in methods}
    for case in cases:
        for method in methods:
            results[method][case.name] = measure(case, method, given.cap)
    table(cases, results)
    if not given.no_speed:
        speed()


if __name__ == "__main__":
    main()
