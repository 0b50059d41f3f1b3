"""Are proposals that drift brought back? Shifts, zooms and tints that are known, on photographs.

    python benches/proposals.py          # prints every table; some minutes
    python benches/proposals.py sheet    # makes docs/images/proposals.jpg

A stand-in paints what a model would: the photograph, rebuilt as by a VAE (a little blur and grain), with
another patch of it in the hole, shifted, zoomed and tinted by amounts that are drawn. The source is the
photograph with the hole painted over, so what a perfect fill gives is known. The photographs are the three in
examples/, and every third of Kodak's where ../shared holds them.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from keepdial import registration
from keepdial.backends import Capabilities, Frame, Proposal
from keepdial.color import samples_of, unit
from keepdial.fitting import detailed, fitted, resized, restored
from keepdial.geometry import Box, size_of
from keepdial.registration import Motion
from keepdial.settle import settle
from keepdial.tint import difference
from keepdial.verify import signals
from keepdial.verify.seam import visible_part
from kit.cases import Pixels, read_rgb
from kit.paths import DATA
from signals import blob

HERE = Path(__file__).parent.parent / "examples" / "photos"
Floats = np.ndarray

DRAWS = 1
"""Holes and drifts drawn for each photograph."""

EVERY = 3
"""Of Kodak's photographs every third is used."""


def photographs() -> Iterator[Pixels]:
    kodak = sorted((DATA / "kodak24").glob("*.png"))[::EVERY]
    for path in [*sorted([*HERE.glob("*.png"), *HERE.glob("*.jpg")]), *kodak]:
        yield read_rgb(path)


def rebuilt(picture: Floats, rng: np.random.Generator) -> Floats:
    """What a VAE does to a picture, roughly: the finest detail goes, some grain comes."""
    soft = cv2.GaussianBlur(picture, (0, 0), 0.6)
    return soft + rng.normal(0, 2 / 255, picture.shape).astype(np.float32)


def moved(picture: Floats, motion: Motion) -> Floats:
    """Return the picture with everything where the motion has it."""
    h, w = picture.shape[:2]
    x = (np.arange(w) - (w - 1) / 2 - motion.dx) / (1 + motion.zx) + (w - 1) / 2
    y = (np.arange(h) - (h - 1) / 2 - motion.dy) / (1 + motion.zy) + (h - 1) / 2
    grid = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
    return cv2.remap(picture, *grid, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)


def affine(size: float, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    """Return an affine change of colours that moves mid grey by `size` levels of 255."""
    matrix = np.eye(3) + rng.normal(0, 0.004 * size, (3, 3))
    shift = rng.standard_normal(3)
    shift *= np.sqrt(3) * size / 255 / np.linalg.norm(shift)
    return lambda p: (((p - 0.5) @ matrix.T.astype(np.float32)) + 0.5 + shift.astype(np.float32)).astype(
        np.float32
    )


def linear(size: float, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    """Return another white balance and exposure: a gain of each channel in linear light."""
    gain = np.exp(rng.standard_normal(3) * size / 255 * 2.4)

    def tint(p: Floats) -> Floats:
        light = np.clip(p, 0, 1) ** 2.2 * gain
        return (np.clip(light, 0, 1) ** (1 / 2.2)).astype(np.float32)

    return tint


def gamma(size: float, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    """Return another tone curve and saturation, strongest in the middle."""
    power = 1 + rng.choice([-1, 1]) * size / 255 * 2.8
    sat = 1 + rng.normal(0, 0.006 * size)

    def tint(p: Floats) -> Floats:
        q = np.clip(p, 0, 1) ** power
        grey = q.mean(axis=2, keepdims=True)
        return (grey + (q - grey) * sat).astype(np.float32)

    return tint


def uneven(size: float, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    """Return an affine change that is stronger on one side of the picture."""
    full = affine(2 * size, rng)

    def tint(p: Floats) -> Floats:
        ramp = np.linspace(0, 1, p.shape[1], dtype=np.float32)[None, :, None]
        return p + (full(p) - p) * ramp

    return tint


def same(p: Floats) -> Floats:
    return p


TINTS = {"affine": affine, "linear light": linear, "tone curve": gamma, "uneven": uneven}


def case(photo: Pixels, rng: np.random.Generator) -> tuple[Frame, Floats]:
    """Return a frame with a painted hole, and (h, w, 3) what a perfect proposal is."""
    h, w = photo.shape[:2]
    mask = blob(h, w, float(rng.choice([0.03, 0.1, 0.25])), rng)
    away = int(rng.integers(40, h // 2)), int(rng.integers(40, w // 2))
    truth = unit(photo)
    # Half the fills show the photograph itself, half another part of it: the model's to choose.
    if rng.random() < 0.5:
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 3)[..., None] * mask[..., None]
        truth = truth + (np.roll(truth, away, (0, 1)) - truth) * soft
    source = samples_of(truth, photo)
    source[mask] = np.array([255, 0, 255], np.uint8)
    hole = mask.astype(np.float32)
    return Frame(Box(0, 0, w, h), source, hole, ~mask, False), truth


def placed() -> None:
    print("\nRegistration: error in px at the corner that is off farthest")
    print(f"{'':34} cases  believed  median    90 %     max   within 0.1 px")
    errors: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for i, photo in enumerate(photographs()):
        for j in range(DRAWS):
            rng = np.random.default_rng(1000 * i + j)
            frame, truth = case(photo, rng)
            h, w = truth.shape[:2]
            shift = rng.uniform(-8, 8, 2)
            zoom = rng.uniform(0.01, 0.03) * rng.choice([-1, 1])
            for kind, motion, build in (
                ("shift", Motion(*shift), False),
                ("shift, rebuilt and tinted", Motion(*shift), True),
                ("below a px, rebuilt and tinted", Motion(*(shift / 8)), True),
                ("zoom 1-3 %, rebuilt and tinted", Motion(*shift, zoom, zoom), True),
            ):
                proposal = moved(truth, motion)
                if build:
                    proposal = affine(6, rng)(rebuilt(proposal, rng))
                grey = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in (unit(frame.pixels), proposal)]
                found = registration.find(grey[0], grey[1], frame.mask <= 0)
                off = motion if found is None else found.motion.minus(motion)
                errors[kind].append((off.farthest(w, h), found is not None and found.sure))
    for kind, found in errors.items():
        e = np.array([off for off, _ in found])
        middle, most = np.quantile(e, (0.5, 0.9))
        print(
            f"{kind:34} {len(e):5}  {100 * np.mean([sure for _, sure in found]):6.1f} %  {middle:6.3f}  "
            f"{most:6.3f}  {e.max():6.3f}   {100 * (e <= 0.1).mean():5.1f} %"
        )


def coloured() -> None:
    print(
        "\nColour: mean error in levels of 255 under the mask, before and after matching; and the worst tenth"
    )
    print(f"{'':26} cases   before    after   90 % after")
    for rebuild in (False, True):
        for name, draw in TINTS.items():
            before, after = [], []
            for i, photo in enumerate(photographs()):
                rng = np.random.default_rng(2000 + i)
                frame, truth = case(photo, rng)
                tint = draw(8, rng)
                proposal = tint(rebuilt(truth, rng) if rebuild else truth)
                inside = frame.mask > 0
                within = inside & (proposal > 0.002).all(axis=2) & (proposal < 0.998).all(axis=2)
                good = cv2.GaussianBlur(truth, (0, 0), 2)
                done, _ = settle(frame, Proposal(np.clip(proposal, 0, 1)))
                for out, p in ((before, np.clip(proposal, 0, 1)), (after, done.pixels)):
                    out.append(255 * np.abs(cv2.GaussianBlur(p, (0, 0), 2) - good)[within].mean())
            what = name + (", rebuilt" if rebuild else "")
            print(
                f"{what:26} {len(after):5}   {np.mean(before):6.2f}   {np.mean(after):6.2f}   "
                f"{np.quantile(after, 0.9):6.2f}"
            )


def composited() -> None:
    print("\nThe seam signal and the error of the composite, without and with settling")
    limit = signals()["seam"].limit
    print(f"{'':34} cases     seam > {limit}       mean seam        PSNR in the hole, dB")
    rows: dict[str, list[list[float]]] = defaultdict(list)
    for i, photo in enumerate(photographs()):
        for j in range(DRAWS):
            rng = np.random.default_rng(3000 * i + j)
            frame, truth = case(photo, rng)
            shift = rng.uniform(-5, 5, 2)
            zoom = rng.uniform(-0.02, 0.02)
            drifts: dict[str, Callable[[Floats], Floats]] = {"nothing (rebuilt only)": same}
            for name, draw in TINTS.items():
                drifts[f"tint of 6 levels, {name}"] = draw(6, rng)
            both, still = affine(6, rng), Motion()
            away, larger = Motion(*shift), Motion(*shift, zoom, zoom)
            cases = [(kind, still, tint) for kind, tint in drifts.items()]
            cases += [("shift up to 5 px", away, same), ("shift and zoom", larger, same)]
            cases.append(("shift, zoom and tint", larger, both))
            for kind, motion, tint in cases:
                proposal = np.clip(tint(moved(rebuilt(truth, rng), motion)), 0, 1).astype(np.float32)
                done, _ = settle(frame, Proposal(proposal))
                found = []
                for p in (proposal, done.pixels):
                    out = np.where(frame.mask[..., None] > 0, samples_of(p, frame.pixels), frame.pixels)
                    error = (unit(out) - truth)[frame.mask > 0]
                    found += [visible_part(out, frame.mask) or 0.0, -10 * np.log10((error**2).mean())]
                rows[kind].append(found)
    for kind, found in rows.items():
        a = np.array(found)
        print(
            f"{kind:34} {len(a):5}   {100 * (a[:, 0] > limit).mean():3.0f} % -> "
            f"{100 * (a[:, 2] > limit).mean():3.0f} %   {a[:, 0].mean():.3f} -> {a[:, 2].mean():.3f}    "
            f"{a[:, 1].mean():5.1f} -> {a[:, 3].mean():5.1f}"
        )


def graded() -> None:
    print("\nThe signals, graded on what they find before anything is brought back; good = rebuilt only")
    shifts: dict[str, list[float]] = defaultdict(list)
    tints: dict[str, list[float]] = defaultdict(list)
    for i, photo in enumerate(photographs()):
        for j in range(DRAWS):
            rng = np.random.default_rng(4000 * i + j)
            frame, truth = case(photo, rng)
            angle = rng.uniform(0, 2 * np.pi)
            way = np.array([np.cos(angle), np.sin(angle)])
            moves = {f"shift of {n:g} px": Motion(*(n * way)) for n in (0.25, 0.5, 1, 4)}
            moves |= {f"zoom of {100 * z:g} %": Motion(0, 0, z, z) for z in (0.003, 0.03)}
            for kind, motion in {"good": Motion(), **moves}.items():
                p = np.clip(moved(rebuilt(truth, rng), motion), 0, 1).astype(np.float32)
                grey = [cv2.cvtColor(q, cv2.COLOR_RGB2GRAY) for q in (unit(frame.pixels), p)]
                found = registration.find(grey[0], grey[1], frame.mask <= 0)
                sure = found is not None and found.sure
                shifts[kind].append(found.motion.farthest(p.shape[1], p.shape[0]) if sure else 0.0)
            tints["good"].append(difference(unit(frame.pixels), rebuilt(truth, rng), frame.mask <= 0))
            for levels in (1, 2, 4, 8):
                for name, draw in {"affine": affine, "linear": linear}.items():
                    p = np.clip(draw(levels, rng)(rebuilt(truth, rng)), 0, 1)
                    off = difference(unit(frame.pixels), p, frame.mask <= 0)
                    tints[f"{name}, {levels} levels"].append(off)
    known = signals()
    rate("shift: px off", shifts, known["shift"].limit)
    rate("colour shift: CIE Lab", tints, known["colour shift"].limit)


def rate(title: str, values: dict[str, list[float]], limit: float) -> None:
    print(f"\n{title}; limit {limit}")
    print(f"{'':24} cases  AUROC  beyond limit   10 %   50 %   90 %    max")
    good = np.asarray(values["good"])
    for kind, found in values.items():
        v = np.asarray(found)
        area = (v[:, None] > good).mean() + 0.5 * (v[:, None] == good).mean()
        q = np.quantile(v, (0.1, 0.5, 0.9, 1))
        print(
            f"{kind:24} {len(v):5}  {area:.3f}       {100 * (v > limit).mean():5.1f} %  "
            + "  ".join(f"{x:5.2f}" for x in q)
        )


def whole() -> None:
    print("\nNothing kept (instructions over the whole picture): moved back, left where it is, px left")
    rows: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    others = list(photographs())
    for i, photo in enumerate(others):
        rng = np.random.default_rng(5000 + i)
        truth = unit(photo)
        h, w = truth.shape[:2]
        everything = np.ones((h, w), np.float32)
        frame = Frame(Box(0, 0, w, h), photo, everything, everything > 0, True)
        shift = rng.uniform(2, 6, 2) * rng.choice([-1, 1], 2)
        z = float(rng.uniform(0.005, 0.015))
        drifted = Motion(*shift, z, z)
        size = drifted.farthest(w, h)
        warm, dark = linear(30, rng), gamma(60, rng)
        paint = cv2.edgePreservingFilter(photo, flags=1, sigma_s=40, sigma_r=0.3)
        other = cv2.resize(others[(i + 1) % len(others)], (w, h))
        half = blob(h, w, 0.35, rng)[..., None]
        swap = np.where(half, unit(other), truth)
        thing = np.where(half, moved(truth, Motion(12, 5)), truth)
        most = np.where(blob(h, w, 0.6, rng)[..., None], moved(truth, Motion(9, 4)), truth)
        for kind, edited, off in (
            ("colours, no drift", warm(rebuilt(truth, rng)), 0.0),
            ("colours, drifted", warm(moved(rebuilt(truth, rng), drifted)), size),
            ("darker, drifted", dark(moved(rebuilt(truth, rng), drifted)), size),
            ("painted, drifted", moved(unit(paint), drifted), size),
            ("a third replaced, no drift", rebuilt(swap.astype(np.float32), rng), 0.0),
            ("a third replaced, drifted", moved(rebuilt(swap.astype(np.float32), rng), drifted), size),
            ("a thing moved by 13 px", rebuilt(thing.astype(np.float32), rng), 0.0),
            ("most of it moved by 10 px", rebuilt(most.astype(np.float32), rng), 0.0),
            ("zoomed by 8 % on purpose", moved(rebuilt(truth, rng), Motion(0, 0, 0.08, 0.08)), 0.0),
            ("another picture", rebuilt(unit(other), rng), 0.0),
        ):
            p = np.clip(edited, 0, 1).astype(np.float32)
            done, _ = settle(frame, Proposal(p))
            touched = done.pixels is not p
            rows[kind].append((touched, off))
    for kind, found in rows.items():
        print(
            f"{kind:28} {len(found):4}  moved back {100 * np.mean([t for t, _ in found]):5.1f} %   "
            f"(drift of {np.mean([o for _, o in found]):.1f} px on average)"
        )


def detail() -> None:
    print(
        "\nDetail that a model did not see: PSNR in dB without and with it, where it kept the picture and not"
    )
    rows: dict[str, list[list[float]]] = defaultdict(list)
    for i, photo in enumerate(photographs()):
        for factor in (2, 3):
            rng = np.random.default_rng(6000 + i)
            truth = unit(photo)
            h, w = truth.shape[:2]
            everything = np.ones((h, w), np.float32)
            frame = Frame(Box(0, 0, w, h), photo, everything, everything > 0, True)
            can = Capabilities(frozenset({"restyle"}), best=round((h * w) ** 0.5 / factor), multiple_of=8)
            shown = fitted(frame, can)
            small = unit(shown.pixels)
            other = np.roll(truth, (h // 3, w // 3), (0, 1))
            half = blob(h, w, 0.35, rng)[..., None]
            swap = np.where(half, other, truth).astype(np.float32)
            warm = linear(30, rng)
            seen = size_of(small)
            for kind, model, aim in (
                ("nothing changed", small, truth),
                ("rebuilt", rebuilt(small, rng), truth),
                ("warmer, rebuilt", warm(rebuilt(small, rng)), warm(truth)),
                ("a third replaced, rebuilt", rebuilt(resized(swap, seen), rng), swap),
            ):
                back = restored(np.clip(model, 0, 1).astype(np.float32), size_of(truth))
                more = detailed(back, frame, seen)
                inside = half[..., 0]
                found = []
                for p in (back, more):
                    e = ((p - aim) ** 2).mean(axis=2)
                    found += [-10 * np.log10(e[~inside].mean()), -10 * np.log10(e[inside].mean())]
                rows[f"{kind}, 1/{factor}"].append(found)
    for kind, found in rows.items():
        a = np.array(found).mean(axis=0)
        print(f"{kind:34} kept {a[0]:5.1f} -> {a[2]:5.1f}   replaced {a[1]:5.1f} -> {a[3]:5.1f}")


def sheet() -> None:
    """Write source, proposal, composite without settling, composite with it, for two photographs."""
    rows = []
    for seed, name, (x, y) in ((3, "coffee.png", (300, 200)), (4, "rocket.jpg", (390, 300))):
        rng = np.random.default_rng(seed)
        photo = read_rgb(HERE / name)
        h, w = photo.shape[:2]
        mask = cv2.ellipse(np.zeros((h, w), np.uint8), (x, y), (110, 80), 20, 0, 360, 1, -1) > 0
        source = photo.copy()
        source[mask] = (255, 0, 255)
        frame = Frame(Box(0, 0, w, h), source, mask.astype(np.float32), ~mask, False)
        drifted = moved(rebuilt(unit(photo), rng), Motion(3.3, -2.1, 0.012, 0.012))
        proposal = np.clip(affine(8, rng)(drifted), 0, 1)
        done, _ = settle(frame, Proposal(proposal))
        tiles = [source, samples_of(proposal, photo)]
        both = (samples_of(p, photo) for p in (proposal, done.pixels))
        tiles += [np.where(mask[..., None], p, photo) for p in both]
        part = np.s_[max(0, y - 125) : y + 125, max(0, x - 150) : x + 150]
        rows.append(np.hstack([tile[part] for tile in tiles]))
    target = HERE.parents[1] / "docs" / "images" / "proposals.jpg"
    cv2.imwrite(str(target), np.vstack(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])
    print(target)


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["placed", "coloured", "composited", "graded", "whole", "detail"]
    for name in wanted:
        start = time.time()
        globals()[name]()
        print(f"[{name}: {time.time() - start:.0f} s]", file=sys.stderr)
