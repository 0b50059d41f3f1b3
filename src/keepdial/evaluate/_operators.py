"""What each operation is in the operators of GIER, and the families that a person can tell apart."""

from __future__ import annotations

from keepdial.evaluate._hear import is_background
from keepdial.understand.plan import Plan, Step

LITERAL: dict[str, tuple[str, ...]] = {
    # Light. "lightness" is of a hue-saturation-lightness dialogue, and means the same to a speaker.
    "brightness": ("brightness", "lightness"),
    "exposure": ("exposure", "brightness"),
    "relight": ("brightness", "lightness"),
    "highlights": ("brightness", "lightness"),
    "shadows": ("brightness", "lightness"),
    "whites": ("brightness", "contrast"),
    "blacks": ("brightness", "contrast"),
    "contrast": ("contrast",),
    "levels": ("brightness", "contrast"),
    "curves": ("brightness", "contrast"),
    "auto": ("brightness", "contrast"),
    "dehaze": ("dehaze", "contrast"),
    "vignette": ("brightness",),
    "brighten-eyes": ("brightness",),
    # Colour. A cast, a warmth, a tone laid over the picture is what the operator "tint" does.
    "saturation": ("saturation",),
    "vibrance": ("saturation",),
    "hue": ("hue",),
    "hsl": ("hue", "saturation"),
    "white-balance": ("tint",),
    "split-toning": ("tint",),
    "tint": ("tint",),
    "golden-hour": ("tint", "brightness"),
    "day-to-dusk": ("tint", "brightness"),
    "recolor": ("hue", "saturation"),
    "hair-colour": ("hue", "saturation"),
    "lips": ("hue", "saturation"),
    "cheeks": ("hue", "saturation"),
    "red-eye": ("hue", "saturation"),
    "whiten-teeth": ("saturation", "brightness"),
    "match": ("hue", "saturation"),
    "black-and-white": ("black&white",),
    # Detail. There is no operator for clarity, the contrast of middle sizes: it is sharpness to a speaker.
    "sharpen": ("sharpness",),
    "clarity": ("sharpness", "contrast"),
    "texture": ("sharpness",),
    "upscale": ("deform_obj", "sharpness"),
    "denoise": ("denoise",),
    "even-skin": ("denoise",),
    "blur": ("gaussain_blur",),
    "pixelate": ("gaussain_blur",),
    "grain": ("facet_blur",),
    # Things. Every way to take something away, or put something in its place, is the operator "inpaint_obj".
    "remove": ("inpaint_obj",),
    "heal": ("inpaint_obj", "denoise"),
    "clone": ("inpaint_obj",),
    "fill": ("inpaint_obj",),
    "camouflage": ("inpaint_obj",),
    "blemishes": ("inpaint_obj", "denoise"),
    "retouch": ("inpaint_obj",),
    "restore": ("inpaint_obj", "denoise"),
    "replace": ("inpaint_obj",),
    "add": ("inpaint_obj",),
    "move": ("inpaint_obj", "deform_obj"),
    "background": ("color_bg",),
    "cutout": ("color_bg",),
    # Shape.
    "crop": ("crop",),
    "straighten": ("rotate",),
    "rotate": ("rotate",),
    "flip": ("flip",),
    "perspective": ("deform_obj",),
    "reshape": ("deform_obj",),
    "drag": ("deform_obj",),
    "restyle": ("facet_blur", "edge"),
}
"""The one or two operators that an operation literally means. An operation that is not here means none."""

FAMILY = {
    **dict.fromkeys(("brightness", "lightness", "exposure", "contrast", "dehaze"), "light"),
    **dict.fromkeys(("hue", "saturation", "tint", "black&white"), "colour"),
    **dict.fromkeys(("sharpness", "denoise", "edge"), "detail"),
    **dict.fromkeys(("gaussain_blur", "radial_blur", "facet_blur"), "blur"),
    **dict.fromkeys(("crop",), "crop"),
    **dict.fromkeys(("rotate", "flip", "rotate_obj", "flip_obj"), "turn"),
    **dict.fromkeys(("deform_obj",), "shape"),
    **dict.fromkeys(("inpaint_obj",), "things"),
    **dict.fromkeys(("color_bg",), "background"),
}
"""The families: what a person says, not which dialogue of which program was opened for it."""


def operators_of(step: Step) -> tuple[str, ...]:
    """Return the operators that a step literally means."""
    if step.operation == "background" and step.params.get("to") == "blur":
        return ("gaussain_blur",)
    if step.operation == "remove" and is_background(step.target):
        return ("color_bg",)
    return LITERAL.get(step.operation, ())


def literal(plan: Plan) -> frozenset[str]:
    """Return the operators that a plan literally means."""
    return frozenset(operator for step in plan.steps for operator in operators_of(step))


def families(operators: frozenset[str] | set[str]) -> frozenset[str]:
    """Return the families of operators."""
    return frozenset(FAMILY.get(one, one) for one in operators)
