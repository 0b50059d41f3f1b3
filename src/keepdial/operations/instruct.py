"""Instruct: a change that has no operation of its own, done by a model that follows instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from keepdial.operations import Operation, Params, Quality, Saying, Stage
from keepdial.operations._prompt import Painted, Prompt, pictures

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

KEEP = 0.64
"""The dial when nobody turns it.

Models that follow instructions (InstructPix2Pix: Brooks, Holynski and Efros, CVPR 2023) were trained on
pairs of pictures that agree but for what the instruction names, so that most of the picture is to stay. A
picture into which one object was put, and nothing else changed, keeps 0.70 (median of 46 pairs; tenth
percentile 0.48). What is kept depends on the instruction more than on the dial (another background kept 0.22
in one picture), so that this default is no demand: the model works as published, and nothing is corrected.
"""


class _Change(Params):
    prompt: Prompt = Field(description="The instruction, as it was said.")
    kind: Literal["action", "material", "weather", "text", "other"] = Field(
        default="other",
        description="What sort of change it is. action: another pose or expression. material: what something "
        "is made of. weather: weather, season, hour. text: what is written. other: none of these.",
    )
    feather: float = Field(
        default=0.0, ge=0, le=1000, description="Pixels over which the edge is blended with the old, inwards."
    )


class InstructParams(Painted, _Change):
    """What is to change, and of what sort that is."""

    told: ClassVar[bool] = True

    explore: bool = Field(
        default=False,
        description="Draw how closely the words and the old picture are followed from a fifth below to a "
        "fifth above the model's own, by the seed: with several variations, for choosing. Only models that "
        "follow instructions have both scales.",
    )


def stage(image: Image, selection: Selection, params: InstructParams, settings: Settings) -> Stage:
    """Free the selected region, or the whole picture; it is what is changed, so it serves as example."""
    pictures(params.reference)
    return Stage(image, selection.mask, examples="everywhere", feather=params.feather)


_LIMBS = (
    "arm|left arm|right arm|arms|hand|left hand|right hand|hands|leg|legs|left leg|right leg|foot|tail|"
    "paw|wing|wings|trunk|ears|knee|elbow|fist|thumb|head"
)
"""What a body moves."""

_ACTS = (
    "jump|dance|run|walk|sit|stand|kneel|fly|swim|wave|laugh|cry|yawn|sleep|swing|hold|eat|drink|read|"
    "ride|point|turn|climb|play|face|hug|kiss|lie|lean|clap|shout|open|close|raise|lift|bow|salute|"
    "wink|blink|carry|throw|catch|kick|sing"
)
"""What somebody can be made to do."""


OPERATION = Operation(
    "instruct",
    "Change the picture as an instruction says.",
    InstructParams,
    default_keep=KEEP,
    stage=stage,
    done="Changed",
    target="optional",
    # Snow, or another material, need not pass for what is around it.
    blends=False,
    begins=True,
    examples=(
        "instruct photo.jpg --prompt 'make it snow' --kind weather -o snow.jpg",
        "instruct photo.jpg --what 'the bench' --prompt 'a bench of marble' --kind material -o bench.jpg",
    ),
    says=(
        Saying(
            (
                (
                    "(raise|lift|lower|bend|stretch|cross|fold|move|turn|tilt|wave|shake|extend|spread|wag|"
                    f"kick|hold up|put up|flap) {{thing}} ({_LIMBS})"
                ),
                (
                    "(raise|lift|lower|bend|stretch|cross|fold|turn|tilt|wave|shake|extend|spread|wag|kick|"
                    f"hold up|put up|flap) ({_LIMBS})"
                ),
                "turn (away|around|towards camera)",
                (
                    "(sit|lie|kneel|crouch|squat|bend|stand|look|lean|jump|walk|run|face|fly) (down|up|away|"
                    "at camera|around|forward|back|over)"
                ),
                f"(make|have|let) {{thing}} ({_ACTS})",
                f"(make|have|let) {{thing}} ({_ACTS}) {{rest}}",
                "(face|look at|turn to) camera",
                "(close|shut) {thing} eyes",
                "(close|shut) eyes",
                "(open|close|shut) (mouth|door|window|lid|hand|book)",
                "stick out tongue",
                "nod",
                "look (surprised|angry|scared|shocked|bored|confused|tired|serious|proud)",
                "(change|alter|adjust) (pose|posture|expression|position) (of {thing}|)",
                "(change|alter|adjust) {thing} (pose|posture|expression|position)",
                "(change|alter|adjust) {thing} (pose|posture|expression|position) to {rest}",
            ),
            {"kind": "action"},
            sure=0.9,
        ),
        Saying(
            (
                "{thing} (is|are|be|) made (of|out of|from) {rest}",
                "(make|turn|have) {thing} made (of|out of|from) {rest}",
                "(make|turn|change|convert|build) {thing} out of {rest}",
                (
                    "(turn|change|convert|transform) {thing} (into|to) (gold|silver|marble|glass|wood|stone|"
                    "ice|bronze|metal|leather|lego|crystal|chocolate|gingerbread|paper|plastic|diamond|"
                    "cardboard|clay)"
                ),
                (
                    "(change|alter|replace|modify) (material|texture|surface|pattern|fabric) of {thing} (to|"
                    "into|with) {rest}"
                ),
                (
                    "(change|alter|replace|modify) {thing} (material|texture|surface|pattern|fabric) (to|"
                    "into|with|from {rest} to) {rest}"
                ),
                (
                    "(make|have) {thing} (wooden|metallic|golden|gold|silver|striped|furry|fluffy|"
                    "transparent|glass|marble|shiny|rusty|wet|dirty|frozen|leather|plastic|knitted|snowy|icy|"
                    "mossy|burning|broken|melted|glowing|stone|bronze|crystal|translucent|patterned|floral|"
                    "checkered|plaid|polka dot)"
                ),
            ),
            {"kind": "material"},
            sure=0.85,
        ),
        Saying(
            (
                "(make|let|have) it (snow|rain|storm)",
                "let (snow|rain)",
                "(rainy|snowy|stormy|cloudy|sunny|windy) (day|weather|scene|sky|)",
                "add (lightning|storm|thunderstorm|rainbow|falling snow)",
                "(turn|change) (summer|winter|day|spring|autumn|season|weather) (into|to) {rest}",
                (
                    "(turn|change|make|transform) (it|picture|photo|scene|image) (into|to|) (winter|summer|"
                    "autumn|fall|spring|night|day|nighttime)"
                ),
                "(look|be|seem) like (winter|summer|spring|christmas)",
                "in (winter|summer|springtime|spring|december|fog|rain|snow)",
                "(change|make) (weather|season|time of day) (to|) {rest}",
                "(put|set) {thing} (at night|in winter|in snow|in rain)",
                "(at|in) (night|dusk|dawn|winter)",
                "(derain|desnow|de-rain|de-snow)",
            ),
            {"kind": "weather"},
            sure=0.85,
        ),
        Saying(
            (
                (
                    "(change|replace|turn|correct|edit|swap|alter|fix) (the|) (text|word|words|letters|sign|"
                    "title|writing|name|number|label|caption|headline|date|lettering|) {text} (to|with|into|"
                    "for|by) (say|read|) {text}"
                ),
                (
                    "(change|replace|alter|edit) (text|word|words|sign|title|writing|name|label|caption|"
                    "headline|lettering|message) (to|with|into) (say|read|) {text}"
                ),
                (
                    "(change|replace|alter|edit) (text|word|words|sign|title|writing|name|label|caption) (of|"
                    "on|in) {thing} (to|with|into) (say|read|) {text}"
                ),
                (
                    "(write|print|add text|add word|add words|type|put text|add caption|add title|say|read|"
                    "says) {text}"
                ),
                "make {thing} (say|read) {text}",
                "(make|have|let|change) {thing} (say|read|to say|to read) {rest}",
                "(write|print|type) {rest}",
                (
                    "(change|replace|alter|edit|swap) (text|word|words|letter|letters|number|name|title|"
                    "caption|date) {thing} (to|with|into|by) {rest}"
                ),
                "(change|replace|alter|edit) {thing} from {text} (to|into) {text}",
                (
                    "(add|write|put|insert|include) (text|caption|word|words|title|name|letters|lettering|"
                    "quote|message|signature|logo text)"
                ),
                "translate (text|sign|words|writing|letters|label) (to|into|in) {rest}",
            ),
            {"kind": "text"},
        ),
        Saying(
            (
                (
                    "(make|have|let|turn) {thing} (look|) (older|younger|bald|fatter|pregnant|muscular|"
                    "stronger|sexy|cool|cooler|fancy|scary|scarier|spooky|magical|futuristic|modern|ancient|"
                    "medieval|wild|funny|evil|cute|royal|rich|happier|drunk|alive|dead)"
                ),
                "grow (beard|hair|mustache|moustache)",
                "(change|turn|convert|transform|switch|change it|turn it) (to|into) {rest}",
                "in another pose",
                "(colorize|colourise|colourize|colorise|add colour to black and white)",
                "(colorize|colourise|colourize|colorise) {thing}",
                "(age|de-age|deage) {thing}",
                "(face swap|faceswap|swap faces|swap heads|swap bodies)",
                "(combine|merge|blend|stitch|join) {thing} (with|and|into) {rest}",
                "(combine|merge|blend|stitch|join) (pictures|photos|images|these|both|two|them)",
                "(open|close) {thing}",
                "(move|relocate) {thing} (to|near|next to|onto|into|closer to|beside|behind) {rest}",
            ),
            {"kind": "other"},
            sure=0.75,
        ),
    ),
    qualities=(
        Quality(
            (
                "rain",
                "raindrops",
                "raindrop",
                "rain drops",
                "rain streaks",
                "rain splatters",
                "rain shadows",
                "rain particles",
                "rain effect",
                "rainwater",
                "rainfall",
                "drizzle",
                "precipitation",
                "water droplets",
                "waterdrops",
                "water drops",
                "droplets",
                "downpour",
                "wet setting",
                "rain traces",
                "wetness",
                "moisture",
                "showers",
                "rainy effect",
                "rainy weather",
                "rain interference",
                "rainwater interference",
                "rain elements",
            ),
            {"kind": "weather"},
            "",
            more=("rainy", "wet", "watery", "drizzly"),
            fewer={"kind": "weather"},
            fault=True,
        ),
        Quality(
            (
                "snow",
                "snowflakes",
                "snowfall",
                "snowflake",
                "snowy elements",
                "snowy portions",
                "snow-covered portions",
                "snow covered portions",
                "flurries",
                "snowstorm",
                "sleet",
                "snowy effect",
                "snow particles",
                "snow elements",
                "snowy areas",
                "snowy scenery",
                "snow cover",
                "snowy parts",
            ),
            {"kind": "weather"},
            "",
            more=("snowy", "snow-covered"),
            fewer={"kind": "weather"},
            fault=True,
        ),
    ),
    asks=("raise her left arm", "make it snow", "I want the bench made of marble"),
)
