"""The Segment Anything family against tiny graphs of the published signatures; their masks follow clicks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.errors import BackendError, ModelMissing, SelectionError
from keepdial.geometry import Box
from keepdial.models import card, runtime
from keepdial.networks import sam
from keepdial.segment import Click
from tests.networks import graphs


@pytest.fixture
def mobile(model_folder: Path) -> Path:
    graphs.sam_encoder(model_folder / card("mobilesam-encoder").file)
    return model_folder


@pytest.fixture(autouse=True)
def forget() -> None:
    sam._encoded.clear()


def picture(height: int, width: int) -> NDArray[np.uint8]:
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[..., 0] = 200
    rgb.flags.writeable = False
    return rgb


def disc(height: int, width: int, x: float, y: float, across: float, down: float) -> NDArray[np.bool_]:
    ys, xs = np.mgrid[:height, :width] + 0.5
    return np.asarray(((xs - x) / across) ** 2 + ((ys - y) / down) ** 2 < 1)


def test_the_best_member_that_is_whole_is_ready(model_folder: Path) -> None:
    assert sam.ready() is None
    (model_folder / card("mobilesam-encoder").file).touch()
    assert sam.ready() is None
    (model_folder / card("mobilesam-decoder").file).touch()
    assert sam.ready() == "mobilesam"
    for half in ("encoder", "decoder"):
        (model_folder / card(f"sam2-tiny-{half}").file).touch()
    assert sam.ready() == "sam2-tiny"


def test_without_any_member_the_answer_says_how_to_get_one(no_models: None) -> None:
    with pytest.raises(ModelMissing, match="keepdial models get mobilesam-encoder"):
        sam.segment(picture(9, 9), [Click(1, 1)])


def test_nothing_that_says_what_is_inside_is_refused(mobile: Path) -> None:
    for clicks in ([], [Click(1, 1, inside=False)]):
        with pytest.raises(SelectionError, match="Click inside"):
            sam.segment(picture(9, 9), clicks)


@pytest.mark.parametrize(("height", "width"), [(300, 512), (512, 300), (2048, 1500)])
def test_a_click_is_brought_to_1024_and_its_mask_back(mobile: Path, height: int, width: int) -> None:
    scale = 1024 / max(height, width)
    canvas = (int(height * scale + 0.5), int(width * scale + 0.5))
    graphs.sam_decoder(mobile / card("mobilesam-decoder").file, canvas)
    x, y = width * 0.4, height * 0.6
    found = sam.segment(picture(height, width), [Click(x, y), Click(1, 1, inside=False)])
    assert found.shape == (height, width)
    assert found.dtype == np.float32
    assert 0 <= found.min() <= found.max() <= 1
    # The tiny decoder's disc has a radius of 100 in the network's pixels.
    wanted = disc(height, width, x, y, 100 / scale, 100 / scale)
    assert ((found > 0.5) != wanted).sum() < 0.02 * wanted.sum()


def test_points_labels_and_scale_by_numbers() -> None:
    encoded = sam.Encoded({}, (300, 512), (600, 1024), (600, 1024))
    points, labels = sam.prompts(encoded, [Click(0.5, 0.5), Click(512, 300, inside=False)], None)
    assert points.tolist() == [[0.5, 0.5], [1023.5, 599.5], [0, 0]]
    assert labels.tolist() == [1, 0, -1]
    points, labels = sam.prompts(encoded, [Click(0.5, 0.5)], None, pad=False)
    assert labels.tolist() == [1]
    points, labels = sam.prompts(encoded, [Click(10, 20)], Box(30, 40, 50, 60))
    assert points.tolist() == [[19.5, 39.5], [59.5, 79.5], [159.5, 199.5]]
    assert labels.tolist() == [1, 2, 3]


def test_a_box_alone_is_enough(mobile: Path) -> None:
    graphs.sam_decoder(mobile / card("mobilesam-decoder").file, (600, 1024))
    found = sam.segment(picture(300, 512), box=Box(100, 80, 40, 30))
    assert found[80, 100] > 0.5  # the tiny decoder goes by the first point, which is the first corner
    assert found[80, 160] < 0.5


def test_the_encoder_runs_once_for_a_picture_and_anew_for_another(
    mobile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphs.sam_decoder(mobile / card("mobilesam-decoder").file, (600, 1024))
    runs: list[Any] = []
    encode = sam.encode

    def counted(*given: Any) -> sam.Encoded:
        runs.append(given)
        return encode(*given)

    monkeypatch.setattr(sam, "encode", counted)
    first = picture(300, 512)
    for x in (50, 100, 150):
        sam.segment(first.copy(), [Click(x, 50)])
    assert len(runs) == 1
    other = first.copy()
    other[0, 0] = 1
    sam.segment(other, [Click(50, 50)])
    assert len(runs) == 2
    assert len(sam._encoded) == 2


def test_the_picture_is_fed_as_it_is_and_at_1024(mobile: Path) -> None:
    graphs.sam_decoder(mobile / card("mobilesam-decoder").file, (600, 1024))
    encoder, decoder = (
        runtime.onnx(mobile / card(f"mobilesam-{half}").file) for half in ("encoder", "decoder")
    )
    encoded = sam.encode(encoder, decoder, picture(300, 512))
    assert (encoded.canvas, encoded.content) == ((600, 1024), (600, 1024))
    assert encoded.features["image_embeddings"].mean() == pytest.approx(200)


def test_a_fixed_canvas_of_another_shape_is_padded_and_cut_off_again(tmp_path: Path) -> None:
    nodes = [
        graphs.node("ReduceMean", ["x"], "mean", keepdims=0),
        graphs.node("Expand", ["mean", "shape"], "image_embeddings"),
    ]
    constants = [graphs.constant("shape", [1, 256, 64, 64], np.int64)]
    outputs = [graphs.value("image_embeddings", [1, 256, 64, 64])]
    path = graphs.write(tmp_path / "e.onnx", nodes, [graphs.value("x", [684, 1024, 3])], outputs, constants)
    encoder = runtime.onnx(path)
    decoder = runtime.onnx(graphs.sam_decoder(tmp_path / "d.onnx", (684, 1024)))
    encoded = sam.encode(encoder, decoder, picture(200, 100))
    assert (encoded.canvas, encoded.content) == ((684, 1024), (684, 342))
    found = sam.decode(decoder, encoded, [Click(60, 150)])
    wanted = disc(200, 100, 60, 150, 100 / 3.42, 100 / 3.42)
    assert ((found > 0.5) != wanted).sum() < 0.03 * wanted.sum()


@pytest.fixture
def second(model_folder: Path) -> Path:
    graphs.sam2_encoder(model_folder / card("sam2-tiny-encoder").file)
    graphs.sam2_decoder(model_folder / card("sam2-tiny-decoder").file)
    return model_folder


def test_sam_2_is_stretched_to_a_square_and_its_best_mask_taken(second: Path) -> None:
    found = sam.segment(picture(256, 512), [Click(150, 100)])
    # A disc of 100 in 1024 x 1024 is an ellipse of 50 by 25 here.
    wanted = disc(256, 512, 150, 100, 50, 25)
    assert ((found > 0.5) != wanted).sum() < 0.08 * wanted.sum()
    assert found[100, 150] > 0.99


def test_sam_2_is_fed_normalised_and_outputs_find_their_inputs_by_shape(second: Path) -> None:
    encoder, decoder = (
        runtime.onnx(second / card(f"sam2-tiny-{half}").file) for half in ("encoder", "decoder")
    )
    encoded = sam.encode(encoder, decoder, picture(256, 512))
    assert encoded.features["high_res_feats_0"].shape == (1, 32, 256, 256)
    assert encoded.features["image_embed"].shape == (1, 256, 64, 64)
    wanted = np.mean([(200 - 123.675) / 58.395, -116.28 / 57.12, -103.53 / 57.375])
    assert encoded.features["image_embed"].mean() == pytest.approx(wanted, abs=1e-4)


def test_of_four_masks_the_first_is_for_several_points() -> None:
    scores = np.array([0.5, 0.6, 0.9, 0.7], np.float32)
    assert sam._choice(scores, 2) == 2
    assert sam._choice(scores, 3) == 0
    assert sam._choice(scores[:3], 5) == 2


def test_an_encoder_that_does_not_fit_is_said(second: Path, mobile: Path) -> None:
    encoder = runtime.onnx(mobile / card("mobilesam-encoder").file)
    decoder = runtime.onnx(second / card("sam2-tiny-decoder").file)
    with pytest.raises(BackendError, match="nothing that fits"):
        sam.encode(encoder, decoder, picture(20, 20))


def test_one_pixel_is_a_picture_too(second: Path) -> None:
    assert sam.segment(picture(1, 1), [Click(0.5, 0.5)]).shape == (1, 1)
