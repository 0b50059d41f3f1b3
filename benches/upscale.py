"""How near to the truth does each way of enlarging come, what does it cost, and do tiles show?

    python benches/upscale.py                    # some minutes on a quiet machine
    python benches/upscale.py --detail           # the large network too: half an hour
    python benches/upscale.py --pictures 3 --seams

Kodak photographs are reduced 2 and 4 times by area, rounded to 8 bits, and enlarged again. HaarPSI (1 = the
same), PSNR and GMSD (0 = the same) are against the photograph itself; "held" is the mean difference, in
samples of 8 bits, of the result reduced again from what it was made of. Seconds are for a megapixel of the
result, by the clock and of all cores. All see the middle 256x256 of each photograph.

`restore` is measured on photographs with JPEG blocks (quality 25), with noise (12 samples), and both.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter, process_time

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture

from keepdial.image import Image
from keepdial.networks import realesrgan
from keepdial.shape.enlarge import Enlargement, enlarge, reduced
from keepdial.verify.haarpsi import gmsd, haarpsi, psnr
from kit.cases import read_rgb
from kit.machine import describe
from kit.paths import DATA, need_shared

Array = NDArray[np.float32]
Way = Callable[[Array, int], Array]
SIDE = 256


def main() -> None:
    need_shared()
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--pictures", type=int, default=24)
    ask.add_argument("--detail", action="store_true", help="the large network too")
    ask.add_argument("--seams", action="store_true", help="only how much tiles show")
    ask.add_argument("--restore", action="store_true", help="only how much nearer restore comes")
    args = ask.parse_args()
    print(describe())
    paths = sorted((DATA / "kodak24").glob("*.png"))
    step = max(1, len(paths) // args.pictures)
    pictures = [middle(read_rgb(p)) for p in paths[::step][: args.pictures]]
    everything = not (args.seams or args.restore)
    if everything:
        for factor in (2, 4):
            enlarging(pictures, factor, detail=args.detail)
    if realesrgan.missing():
        print(f"No networks here. {realesrgan.missing()}")
        return
    if everything or args.seams:
        seams(pictures[0], detail=args.detail)
    if everything or args.restore:
        restoring(pictures, detail=args.detail)


def middle(rgb: NDArray[np.uint8]) -> Array:
    y, x = (rgb.shape[0] - SIDE) // 2, (rgb.shape[1] - SIDE) // 2
    return rgb[y : y + SIDE, x : x + SIDE].astype(np.float32) / 255


def ways(*, detail: bool) -> dict[str, Way]:
    def plainly(how: int) -> Way:
        return lambda small, factor: np.asarray(
            cv2.resize(small, None, fx=factor, fy=factor, interpolation=how), np.float32
        )

    def network(kind: realesrgan.Kind, faithful: float) -> Way:
        def run(small: Array, factor: int) -> Array:
            def net(rgb: Array) -> Array:
                made, times = realesrgan.enlarged(rgb, kind, factor)
                return reduced(made, times // factor)

            return enlarge(Enlargement(as_image(small), factor, kind, faithful, 1.0), net)[0]

        return run

    found: dict[str, Way] = {
        "cv2 cubic": plainly(cv2.INTER_CUBIC),
        "cv2 Lanczos": plainly(cv2.INTER_LANCZOS4),
        "upscale-plain": lambda small, factor: enlarge(
            Enlargement(as_image(small), factor, "fast", 1.0, 1.0)
        )[0],
    }
    if not realesrgan.missing():
        found |= {"fast, faithful 1": network("fast", 1.0), "fast, faithful 0": network("fast", 0.0)}
        if detail:
            found |= {
                "detail, faithful 1": network("detail", 1.0),
                "detail, faithful 0": network("detail", 0.0),
            }
    return found


def as_image(values: Array) -> Image:
    return Image(np.round(values * 255).astype(np.uint8))


def enlarging(pictures: list[Array], factor: int, *, detail: bool) -> None:
    print(f"\n{factor} times, {len(pictures)} photographs")
    print(f"{'':20}{'HaarPSI':>9}{'PSNR':>8}{'GMSD':>8}{'held':>7}{'s/MP':>8}{'CPU s':>8}")
    for name, way in ways(detail=detail).items():
        rows = []
        for truth in pictures:
            small = reduced(truth, factor)
            small = np.asarray(np.round(small * 255) / 255, np.float32)
            start, worked = perf_counter(), process_time()
            made = way(small, factor)
            megapixels = truth[..., 0].size / 1e6
            seconds = (perf_counter() - start) / megapixels
            work = (process_time() - worked) / megapixels
            off = float(np.abs(reduced(made, factor) - small).mean()) * 255
            rows.append((*judged(truth, made), off, seconds, work))
        alike, near, deviation, off, _, _ = np.mean(rows, axis=0)
        _, _, _, _, seconds, work = np.median(rows, axis=0)
        shown = f"{alike:9.4f}{near:8.2f}{deviation:8.4f}{off:7.2f}{seconds:8.2f}{work:8.2f}"
        print(f"{name:20}{shown}", flush=True)


def judged(truth: Array, made: Array) -> tuple[float, float, float]:
    a = np.round(truth * 255).astype(np.uint8)
    b = np.clip(np.round(made * 255), 0, 255).astype(np.uint8)
    return haarpsi(a, b), psnr(a, b), gmsd(a, b)


def seams(picture: Array, *, detail: bool) -> None:
    """Difference between a picture in tiles and in one piece, in samples of 8 bits."""
    print(f"\ntiles of 64 px and one piece{'':4}{'most':>9}{'99.9 %':>9}{'mean':>9}")
    part = picture[:160, :160]
    kinds: list[tuple[realesrgan.Kind, int, Array]] = [("fast", 2, part), ("fast", 4, part)]
    if detail:
        kinds.append(("detail", 4, part[:96, :96]))
    networks = realesrgan.NETWORKS
    for kind, factor, rgb in kinds:
        usual = networks[kind, factor]
        try:
            networks[kind, factor] = replace(usual, tile=1000)
            whole, _ = realesrgan.enlarged(rgb, kind, factor)
            networks[kind, factor] = replace(usual, tile=48 if kind == "detail" else 64)
            cut, _ = realesrgan.enlarged(rgb, kind, factor)
        finally:
            networks[kind, factor] = usual
        off = np.abs(cut - whole) * 255
        name = f"{kind} {factor} times, reach {usual.reach} px"
        print(f"{name:32}{off.max():9.4f}{np.quantile(off, 0.999):9.4f}{off.mean():9.5f}", flush=True)


def restoring(pictures: list[Array], *, detail: bool) -> None:
    print(f"\nrestore, {len(pictures)} photographs{'':14}{'HaarPSI':>9}{'PSNR':>8}{'GMSD':>8}")
    kinds: list[realesrgan.Kind] = ["fast", "detail"] if detail else ["fast"]
    for damage in ("JPEG 25", "noise 12", "both"):
        damaged = [damage_to(p, damage, seed) for seed, p in enumerate(pictures)]
        show(f"{damage}: as it is", pictures, damaged)
        for kind in kinds:
            made = [reduced(*realesrgan.enlarged(p, kind, 4)) for p in damaged]
            for keep in (0.0, 0.5, 0.7):
                mixed = [m + np.float32(keep) * (d - m) for m, d in zip(made, damaged, strict=True)]
                show(f"{damage}: {kind}, keep {keep}", pictures, mixed)


def show(name: str, truths: list[Array], pictures: list[Array]) -> None:
    rows = [judged(t, p) for t, p in zip(truths, pictures, strict=True)]
    alike, near, deviation = np.mean(rows, axis=0)
    print(f"{name:36}{alike:9.4f}{near:8.2f}{deviation:8.4f}", flush=True)


def damage_to(picture: Array, damage: str, seed: int) -> Array:
    values = picture * 255
    if damage != "JPEG 25":
        values = values + np.random.default_rng(seed).normal(0, 12, values.shape)
    pixels = np.clip(np.round(values), 0, 255).astype(np.uint8)
    if damage != "noise 12":
        file = io.BytesIO()
        Picture.fromarray(pixels).save(file, "JPEG", quality=25)
        pixels = np.asarray(Picture.open(file))
    return pixels.astype(np.float32) / 255


if __name__ == "__main__":
    main()
