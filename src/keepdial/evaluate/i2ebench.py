"""I2EBench: the dimension of editing that a sentence belongs to."""

from __future__ import annotations

import re

from keepdial.evaluate import DataSet, Heard, Result, Task
from keepdial.evaluate._classes import Serves, judge_classes
from keepdial.evaluate._place import points
from keepdial.evaluate._scores import NOTHING
from keepdial.understand.plan import Step

SAME_AS = "RegionAccuracy"
"""Its sentences are those of three other dimensions, word for word, so that no sentence can tell it."""

OPERATIONS = {
    "dehaze": "HazeRemoval",
    "sharpen": "Deblurring",
    "clarity": "Deblurring",
    "texture": "Deblurring",
    "upscale": "Deblurring",
    "restore": "Deblurring",
    "denoise": "NoiseRemoval",
    "brightness": "Lowlight",
    "exposure": "Lowlight",
    "relight": "Lowlight",
    "shadows": "ShadowRemoval",
    "levels": "Lowlight",
    "highlights": "Lowlight",
    "auto": "Lowlight",
    "recolor": "ColorAlteration",
    "tint": "ColorAlteration",
    "hair-colour": "ColorAlteration",
    "lips": "ColorAlteration",
    "hue": "ColorAlteration",
    "hsl": "ColorAlteration",
    "replace": "Replacement",
    "restyle": "StyleAlteration",
    "black-and-white": "StyleAlteration",
    "background": "BGReplacement",
    "remove": "ObjectRemoval",
    "cutout": "ObjectRemoval",
    "heal": "ObjectRemoval",
}
REMOVED = (
    ("RainRemoval", r"rain\w*|raindrops?|drizzl\w*|precipitation|wet\w*|water droplets?|watery"),
    ("SnowRemoval", r"snow|snowy|snow-\w+|snowfall|snowflakes?"),
    ("WatermarkRemoval", r"watermarks?"),
    ("ShadowRemoval", r"shadow\w*|shad(?:ed?|ing)|overshadow\w*|silhouette"),
    ("HazeRemoval", r"haz(?:e|y|iness)|fog\w*|mist\w*"),
    ("NoiseRemoval", r"noise|grain\w*"),
    ("Deblurring", r"blur\w*|fuzz\w*"),
)
"""What is taken away, by the words of the target, where it is no object."""
ADDED = re.compile(
    r"^\W*(?:please )?(?:add|make|let|put|turn|change|give|set|have|show|cover|with|in|at)\b|\bmore\b",
    re.IGNORECASE,
)
"""Words of a step that brings weather, where the others take it away."""

SERVES = {
    "BGReplacement": Serves("background", words=True),
    "ColorAlteration": Serves("recolor"),
    "RainRemoval": Serves(fault="rain"),
    "SnowRemoval": Serves(fault="snow"),
    "HazeRemoval": Serves("dehaze"),
    "Deblurring": Serves("sharpen"),
    "NoiseRemoval": Serves("denoise"),
    "WatermarkRemoval": Serves("remove"),
    "ShadowRemoval": Serves("remove"),
    "Lowlight": Serves("brightness"),
    "Replacement": Serves("replace", words=True),
    "ObjectRemoval": Serves("remove"),
    "DirectionPerception": Serves("add", words=True),
    "Counting": Serves("add", words=True),
    "StyleAlteration": Serves(
        "restyle", words=True, plain=r"\bblack and white\b|\bmonochrom", by="black-and-white"
    ),
}


def dimension_of(step: Step) -> str:
    """Return the dimension of one step; `NOTHING` where it is of none."""
    target = step.target
    if step.operation in ("remove", "cutout", "heal") and target is not None:
        said = (*target.attributes, target.head or target.words)
        return _taken(" ".join(said)) or OPERATIONS[step.operation]
    if step.operation == "instruct" and step.params.get("kind") == "weather":
        # Which weather it is stands in the words of the step alone.
        return NOTHING if ADDED.search(step.words) else _taken(step.words) or NOTHING
    if step.operation == "add":
        return "DirectionPerception" if points(target) else "Counting"
    return OPERATIONS.get(step.operation, NOTHING)


def _taken(phrase: str) -> str:
    """Return the dimension of what is taken away, "" where it is a thing like any other."""
    found = (
        name
        for name, words in REMOVED
        if re.search(rf"(?<![\w-])(?:{words})(?![\w-])", phrase, re.IGNORECASE)
    )
    return next(found, "")


def found_of(heard: Heard) -> str:
    """Return the dimension of a plan: that of its first step which is of one."""
    return next((name for s in heard.plan.steps if (name := dimension_of(s)) != NOTHING), NOTHING)


def judge(task: Task) -> Result:
    """Score the dimension."""
    return judge_classes(
        task,
        what="dimension",
        label="dimension",
        target=0.80,
        found_of=found_of,
        serves=SERVES,
        left_out={SAME_AS: ("ColorAlteration", "ObjectRemoval", "Replacement")},
        note=f"without {SAME_AS}, whose sentences are those of three other dimensions",
    )


DATASET = DataSet("i2ebench", "I2EBench: dimension", "i2ebench.tsv", ("text", "dimension"), judge)
