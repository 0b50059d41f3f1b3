"""Auto: exposure, contrast, white balance and saturation found from the picture, no more than it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass


class AutoParams(ToneParams):
    """How much of what is found is done."""

    strength: float = Field(
        default=100,
        ge=0,
        le=100,
        description="How much of the correction that is found is made, in %; a good picture is left alone.",
    )


def passes(params: AutoParams, look: Look) -> tuple[Pass, ...]:
    """Measure the picture, put right what is out of the ordinary, and say what that was."""
    from keepdial.tone.auto import auto

    if params.strength == 0:
        return ()
    done, said = auto(look, params.strength / 100)
    look.say(said)
    return done


OPERATION = Operation(
    "auto",
    "Enhance a picture by itself: exposure, contrast, white balance, saturation; a good one is left alone.",
    AutoParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Enhanced",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("auto photo.jpg -o better.jpg", "auto photo.jpg --strength 60 -o better.jpg"),
    says=(
        Saying(
            (
                "enhance",
                "auto enhance",
                "auto-enhance",
                "improve",
                "auto",
                "auto fix",
                (
                    "(fix|edit|polish|refine|perfect|touch up|clean up|spruce up|correct|better|retouch|"
                    "enhance|improve|tidy up) (photo|picture|image|photograph|it|everything|shot|portrait|"
                    "overall)"
                ),
                "autofix",
                "auto correct",
                "auto tone",
                "fix lighting",
                "(fix|correct|improve|adjust) (lighting|exposure) and colours",
                "(make|let|have|get|want) {thing} look (better|good|great|nice|nicer|amazing|professional)",
                "(make|want) {thing} (better|beautiful|nicer|prettier)",
                "(make|want) {thing} more (beautiful|attractive|appealing)",
                "make look (better|good|great|nice|nicer|amazing|its best|professional)",
                "(fix|correct|repair) colours",
                "(fix|correct) (exposure|lighting)",
                "colour correct",
                "enhance quality",
                "improve quality",
                "(better|good|best|higher|professional) quality",
                "visually appealing",
                "more professional",
                "do your magic",
                "work your magic",
                "spruce up",
                "clean up",
                "improve overall quality",
                "photo retouching",
                "edit nicely",
                "better looking",
            ),
            {"strength": 100},
            amount="strength",
            units=("%", "percent"),
            sure=0.85,
        ),
        # As often praise as a wish: "looks good now".
        Saying(
            ("look (better|good|great|nice|nicer|amazing)", "(beautiful|prettier|nicer|better)"),
            {"strength": 100},
            amount="strength",
            units=("%", "percent"),
            sure=0.55,
        ),
    ),
    asks=("enhance it", "fix the lighting", "make it look better, but only a little"),
)
