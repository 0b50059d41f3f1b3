"""Editing from the command line; the backend is the echo, which changes all that it may."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from keepdial import open_image
from keepdial.errors import GuaranteeError
from keepdial.files import encode_image
from keepdial.image import Image
from tests.cli.conftest import Run

ECHO = ("--backend", "echo")
BOX = ("--box", "190,115,22,80")


def changed(before: Path, after: Path) -> NDArray[np.bool_]:
    a, b = open_image(before).pixels, open_image(after).pixels
    return np.asarray((a != b).any(axis=2))


def grey(path: Path, values: NDArray[np.uint8]) -> Path:
    Pillow.fromarray(values).save(path)
    return path


def test_default_names_lie_beside_the_picture(folder: Path, run: Run) -> None:
    ran = run("remove", "coffee.png", *BOX, *ECHO)
    assert ran.code == 0
    assert {p.name for p in folder.iterdir()} == {
        "rocket.jpg",
        "coffee.png",
        "coffee.keepdial.png",
        "coffee.keepdial.png.keepdial.json",
    }
    assert ran.out.startswith("Removed: coffee.keepdial.png (")


def test_only_what_was_selected_changes(folder: Path, run: Run) -> None:
    assert run("remove", "coffee.png", *BOX, *ECHO, "-o", "out.png").code == 0
    expected = np.zeros((400, 600), bool)
    expected[115:195, 190:212] = True
    assert np.array_equal(changed(Path("coffee.png"), Path("out.png")), expected)


def test_json_report(folder: Path, run: Run) -> None:
    ran = run(
        "fill", "rocket.jpg", *BOX, *ECHO, "-o", "o.jpg", "--json", "--seed", "5", "--pin", "box:190,115,2,80"
    )
    result = ran.result
    assert ran.report["keepdial"]
    assert set(result) == {
        "output",
        "record",
        "format",
        "bytes",
        "operation",
        "steps",
        "words",
        "seed",
        "backend",
        "why",
        "source",
        "size",
        "edited",
        "keep",
        "keep_asked",
        "kept",
        "pins",
        "verdict",
        "findings",
        "notes",
        "seconds",
    }
    assert (result["output"], result["record"]) == ("o.jpg", "o.jpg.keepdial.json")
    assert (result["format"], result["bytes"]) == ("jpeg", (folder / "o.jpg").stat().st_size)
    assert (result["operation"], result["seed"], result["backend"], result["keep"]) == ("fill", 5, "echo", 0)
    assert result["source"] == result["size"] == [640, 427]
    assert result["edited"]["box"] == [192, 115, 20, 80]
    assert result["edited"]["pixels"] == 1600
    assert [(pin["what"], pin["asked_by"], pin["pixels"]) for pin in result["pins"]] == [("box", "you", 160)]
    signals = {finding["signal"]: finding for finding in result["findings"]}
    assert signals["preserved"]["verdict"] == signals["delivered"]["verdict"] == "pass"
    assert set(signals["preserved"]) == {"signal", "value", "limit", "verdict", "meaning", "advice"}


def test_text_report_tells_what_where_and_what_was_found(folder: Path, run: Run) -> None:
    ran = run("remove", "rocket.jpg", *BOX, *ECHO, "--pin", "box:0,0,9,9")
    assert "1,760 pixels, 0.64 % of the picture, in the box 190,115,22,80" in ran.out
    assert "0 is the default, 0.00 was kept" in ran.out
    assert "echo was asked for by name" in ran.out
    assert "box: 81 pixels, for you" in ran.out
    assert "pixels outside the edited area are exactly as they were" in ran.out
    assert "The file was read back" in ran.out
    assert "rocket.keepdial.jpg.keepdial.json" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100
    assert "keepdial: generate" in ran.err
    assert "\x1b" not in ran.out + ran.err


def test_quiet_says_nothing(folder: Path, run: Run) -> None:
    ran = run("remove", "rocket.jpg", *BOX, *ECHO, "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert (folder / "rocket.keepdial.jpg").exists()


def test_no_record(folder: Path, run: Run) -> None:
    ran = run("remove", "rocket.jpg", *BOX, *ECHO, "-o", "o.jpg", "--no-record", "--json")
    assert ran.result["record"] is None
    assert not (folder / "o.jpg.keepdial.json").exists()


@pytest.mark.parametrize("taken", ["o.jpg", "o.jpg.keepdial.json", "o-2.jpg"])
def test_nothing_is_overwritten_unasked(folder: Path, run: Run, taken: str) -> None:
    (folder / taken).write_text("precious")
    count = "2" if "-" in taken else "1"
    words = ("remove", "rocket.jpg", *BOX, *ECHO, "-o", "o.jpg", "-n", count)
    ran = run(*words)
    assert ran.code == 4
    assert taken in ran.err
    assert "--overwrite" in ran.err
    assert ran.err.count("\n") == 1
    assert (folder / taken).read_text() == "precious"
    assert {p.name for p in folder.iterdir()} == {"rocket.jpg", "coffee.png", taken}
    assert run(*words, "--overwrite").code == 0
    assert (folder / taken).read_bytes() != b"precious"


def test_variations_are_numbered_and_differ(folder: Path, run: Run) -> None:
    ran = run("variation", "coffee.png", *BOX, *ECHO, "--keep", "0", "-n", "3", "--json", "-o", "v.png")
    results = ran.report["results"]
    assert [r["output"] for r in results] == ["v-1.png", "v-2.png", "v-3.png"]
    assert len({r["seed"] for r in results}) == 3
    assert len({Path(r["output"]).read_bytes() for r in results}) == 3
    assert all(set(r["seconds"]) >= {"select", "generate", "verify"} for r in results)


def test_same_seed_same_bytes_other_seed_other_bytes(folder: Path, run: Run) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert run("remove", "coffee.png", *BOX, *ECHO, "--seed", seed, "-o", f"{name}.png").code == 0
    a, b, c = (Path(f"{n}.png").read_bytes() for n in "abc")
    assert a == b != c


def test_keep_1_returns_the_picture(folder: Path, run: Run) -> None:
    ran = run("remove", "rocket.jpg", *BOX, *ECHO, "--keep", "1", "-o", "same.jpg")
    assert ran.out.startswith("Nothing was changed: same.jpg")
    assert not changed(Path("rocket.jpg"), Path("same.jpg")).any()


def test_keep_map_holds_what_is_white(folder: Path, run: Run) -> None:
    values = np.zeros((400, 600), np.uint8)
    values[:, :200] = 255
    grey(folder / "map.png", values)
    assert run("fill", "coffee.png", *BOX, *ECHO, "--keep", "map.png", "-o", "o.png").code == 0
    columns = np.flatnonzero(changed(Path("coffee.png"), Path("o.png")).any(axis=0))
    assert (columns[0], columns[-1]) == (200, 211)


def test_masks_white_edits_and_invert_and_alpha(folder: Path, run: Run) -> None:
    values = np.zeros((400, 600), np.uint8)
    values[10:20, 30:50] = 255
    expected = values > 0
    grey(folder / "m.png", values)
    assert run("fill", "coffee.png", "--mask", "m.png", *ECHO, "-o", "white.png").code == 0
    assert np.array_equal(changed(Path("coffee.png"), Path("white.png")), expected)

    grey(folder / "i.png", 255 - values)
    assert run("fill", "coffee.png", "--mask", "i.png", "--mask-invert", *ECHO, "-o", "inv.png").code == 0
    assert np.array_equal(changed(Path("coffee.png"), Path("inv.png")), expected)

    rgba = np.dstack([np.full((400, 600, 3), 90, np.uint8), 255 - values])
    Pillow.fromarray(rgba).save(folder / "a.png")
    words = ("fill", "coffee.png", "--mask", "a.png", "--mask-channel", "alpha", *ECHO, "-o", "alpha.png")
    assert run(*words).code == 0
    assert np.array_equal(changed(Path("coffee.png"), Path("alpha.png")), expected)


def test_regions_are_joined(folder: Path, run: Run) -> None:
    ran = run(
        "fill", "coffee.png", "--box", "10,10,5,5", "--box", "100,10,5,5", "--polygon", "0,100 40,100 40,140",
        "--stroke", "200,200 260,200:6", *ECHO, "-o", "o.png", "--json",
    )  # fmt: skip
    x, y, width, height = ran.result["edited"]["box"]
    assert (x, y) == (0, 10)
    assert x + width == 263
    assert y + height == 203


def test_all_is_the_whole_picture(folder: Path, run: Run) -> None:
    ran = run("variation", "coffee.png", "--all", "--keep", "0", *ECHO, "-o", "o.png", "--json")
    assert ran.result["edited"]["share"] == 1


def test_extend_and_the_options_of_an_operation(folder: Path, run: Run) -> None:
    ran = run("extend", "coffee.png", "--left", "10", "--bottom", "4", *ECHO, "-o", "o.png", "--json")
    assert ran.result["size"] == [610, 404]
    assert np.array_equal(open_image("o.png").pixels[:400, 10:], open_image("coffee.png").pixels)


def test_the_ending_decides_the_format(folder: Path, run: Run) -> None:
    ran = run("fill", "rocket.jpg", *BOX, *ECHO, "-o", "o.png", "--json")
    assert ran.result["format"] == open_image("o.png").source.format == "png"
    ran = run("fill", "rocket.jpg", *BOX, *ECHO, "-o", "no_ending", "--json")
    assert ran.result["format"] == open_image("no_ending").source.format == "jpeg"


def test_metadata_stays_only_when_asked(folder: Path, run: Run) -> None:
    exif = Pillow.Exif()
    exif[0x010F] = "Maker"
    Pillow.open("rocket.jpg").save("with.jpg", exif=exif)
    assert run("fill", "with.jpg", *BOX, *ECHO, "-o", "without.jpg").code == 0
    assert b"Maker" not in Path("without.jpg").read_bytes()
    assert run("fill", "with.jpg", *BOX, *ECHO, "-o", "kept.jpg", "--metadata").code == 0
    assert b"Maker" in Path("kept.jpg").read_bytes()


def test_a_selection_that_is_all_pinned_is_nothing_to_do(folder: Path, run: Run) -> None:
    ran = run("fill", "coffee.png", *BOX, "--pin", "box:0,0,600,400", *ECHO, "-o", "o.png")
    assert ran.code == 0
    assert "Nothing was changed" in ran.out
    assert "everything selected is pinned" in ran.out


def test_an_empty_mask_is_nothing_to_do(folder: Path, run: Run) -> None:
    grey(folder / "m.png", np.zeros((400, 600), np.uint8))
    ran = run("fill", "coffee.png", "--mask", "m.png", *ECHO, "-o", "o.png")
    assert ran.code == 0
    assert "nothing is selected" in ran.out
    assert not changed(Path("coffee.png"), Path("o.png")).any()


BAD = [
    (("fill", "coffee.png", "--all"), 2, "Nothing is left to fill from"),
    (("remove", "coffee.png", "--box", "1,2,3"), 2, "--box"),
    (("remove", "coffee.png", "--box", "-9,-9,5,5"), 2, "outside of"),
    (("remove", "coffee.png", "--polygon", "0,0 1,1"), 2, "--polygon"),
    (("remove", "coffee.png", "--stroke", "0,0:0"), 2, "--stroke"),
    (("remove", "coffee.png", "--mask", "nowhere.png"), 2, "--mask"),
    (("remove", "coffee.png", "--mask", "small.png"), 2, "30x20"),
    (("remove", "coffee.png", "--mask", "text.png"), 3, "not a picture"),
    (("remove", "coffee.png", "--pin", "box:1"), 2, "--pin"),
    (("remove", "coffee.png"), 2, "no region was given"),
    (("remove", "coffee.png", *BOX, "--keep", "2"), 2, "--keep"),
    (("remove", "coffee.png", *BOX, "--keep", "nan"), 2, "--keep"),
    (("remove", "coffee.png", *BOX, "--keep", "1e999"), 2, "--keep"),
    (("remove", "coffee.png", *BOX, "--keep", "small.png"), 2, "30x20"),
    (("remove", "coffee.png", *BOX, "--seed", "-1"), 2, "--seed"),
    (("remove", "coffee.png", *BOX, "--variations", "0"), 2, "--variations"),
    (("remove", "coffee.png", *BOX, "--variations", "17"), 2, "1 to 16"),
    (("remove", "coffee.png", *BOX, "--grow", "many"), 2, "grow"),
    (("remove", "coffee.png", *BOX, "--grow", "-1"), 2, "grow"),
    (("remove", "coffee.png", *BOX, "--feather", "nan"), 2, "feather"),
    (("remove", "coffee.png", *BOX, "--feather", "inf"), 2, "feather"),
    (("fill", "coffee.png", *BOX, "--prompt", "a\0b"), 2, "prompt"),
    (("fill", "coffee.png", *BOX, "--prompt", "x" * 40_000), 2, "prompt"),
    (("extend", "coffee.png"), 2, "left, right, top, bottom"),
    (("extend", "coffee.png", "--aspect", "wide"), 2, "aspect"),
    (("extend", "coffee.png", "--left", "50000", "--top", "50000"), 3, "50,000,000"),
    (("extend", "coffee.png", "--placement", "up", "--aspect", "2:1"), 2, "placement"),
    (("extend", "coffee.png", *BOX), 2, "--box"),
    (("remove", "coffee.png", *BOX, "--backend", "magic", "-q"), 2, "magic"),
    (("remove", "coffee.png", *BOX, "--no-such-option"), 2, "--no-such-option"),
    (("remove", "coffee.png", *ECHO, "--box"), 2, "--box"),
    (("remove",), 2, "IMAGE"),
    (("enhance", "coffee.png"), 2, "enhance"),
    (("remov", "coffee.png"), 2, "Did you mean 'remove'"),
    (("remove", "nowhere.png", *BOX), 3, "nowhere.png"),
    (("remove", "a\0b.png", *BOX), 3, "b.png"),
    (("remove", ".", *BOX), 3, "cannot be read"),
    (("remove", "text.png", *BOX), 3, "not a picture"),
    (("remove", "empty.png", *BOX), 3, "empty"),
    (("remove", "cut.png", *BOX), 3, "cut short"),
    (("remove", "coffee.png", *BOX, "-o", "o.xyz"), 2, ".png"),
    (("remove", "coffee.png", *BOX, "-o", "no/folder/o.png"), 4, "no/folder"),
    (("remove", "coffee.png", *BOX, "-o", "."), 4, "folder"),
    (("remove", "coffee.png", *BOX, "-o", "a\0b.png"), 2, "--output"),
    (("remove", "coffee.png", *BOX, "-o", "-", "--json"), 2, "stdout"),
    (("remove", "coffee.png", *BOX, "-o", "-", "-n", "2"), 4, "stdout"),
    (("remove", "-", "--mask", "-"), 2, "stdin"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "said"), BAD)
def test_bad_input_is_one_line_that_teaches_and_writes_nothing(
    folder: Path, run: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    grey(folder / "small.png", np.full((20, 30), 255, np.uint8))
    (folder / "text.png").write_text("just words, many of them, and no picture")
    (folder / "empty.png").touch()
    (folder / "cut.png").write_bytes((folder / "coffee.png").read_bytes()[:9000])
    before = {p.name for p in folder.iterdir()}
    ran = run(*words, *(() if "--backend" in words or len(words) < 2 else (*ECHO, "--quiet")))
    assert ran.code == code, ran.err
    assert said in ran.err
    assert ran.err.startswith("keepdial: ")
    assert ran.err.count("\n") == 1
    assert "Traceback" not in ran.err
    assert {p.name for p in folder.iterdir()} == before


@pytest.mark.parametrize("prompt", ["", "ein Schloß", "\u202eabc", "🦊", "<b>&amp;</b>", "\udcff"])
def test_odd_prompts_are_handled(folder: Path, run: Run, prompt: str) -> None:
    ran = run("fill", "coffee.png", *BOX, *ECHO, "--prompt", prompt, "-o", "o.png")
    assert ran.code in (0, 2)
    assert "Traceback" not in ran.err


def test_errors_are_json_too(folder: Path, run: Run) -> None:
    ran = run("remove", "coffee.png", *BOX, "--keep", "2", "--json")
    error = json.loads(ran.out)["error"]
    assert set(error) == {"code", "message", "hint", "exit_code"}
    assert (error["code"], error["exit_code"], ran.code) == ("parameter_error", 2, 2)
    assert "--keep is '2'" in error["message"]
    assert (
        json.loads(run("remove", "coffee.png", "--nonsense", "--json").out)["error"]["code"] == "usage_error"
    )


def test_a_broken_guarantee_delivers_nothing(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from keepdial.cli import deliver

    def spoil(image: Image, **options: object) -> object:
        encoded = encode_image(image, format="png")
        pixels = image.pixels.copy()
        pixels[0, 0] ^= 1
        spoilt = encode_image(image.with_pixels(pixels), format="png")
        assert encoded.data != spoilt.data
        return spoilt

    monkeypatch.setattr(deliver, "encode_image", spoil)
    ran = run("remove", "coffee.png", *BOX, *ECHO, "-o", "o.png")
    assert ran.code == GuaranteeError.exit_code == 7
    assert "Nothing was written" in ran.err
    assert not (folder / "o.png").exists()


def test_a_mask_travels_in_the_record(folder: Path, run: Run) -> None:
    values = np.zeros((400, 600), np.uint8)
    values[10:20, 30:50] = 255
    mask = grey(folder / "m.png", values)
    assert run("fill", "coffee.png", "--mask", mask, *ECHO, "-o", "o.png").code == 0
    record = json.loads(Path("o.png.keepdial.json").read_text())
    (target,) = record["request"]["targets"]
    inside = np.asarray(Pillow.open(io.BytesIO(base64.b64decode(target["options"]["png"]))))
    assert np.array_equal(inside > 0, values > 0)
    assert str(folder) not in json.dumps(record)
