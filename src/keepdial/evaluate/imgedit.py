"""ImgEdit: the type of edit that a sentence asks for."""

from __future__ import annotations

from keepdial.evaluate import DataSet, Heard, Result, Task
from keepdial.evaluate._classes import Serves, judge_classes
from keepdial.evaluate._hear import is_background
from keepdial.evaluate._scores import NOTHING
from keepdial.understand.plan import Step

TYPES = {
    "cutout": "extract",
    "background": "background",
    "replace": "replace",
    "remove": "remove",
    "heal": "remove",
    "clone": "remove",
    "fill": "remove",
    "camouflage": "remove",
    "add": "add",
    "restyle": "style",
    "black-and-white": "style",
}
"""The type of an operation; every other one changes what is there, which is "adjust"."""

SERVES = {
    "extract": Serves("cutout"),
    "background": Serves("background", words=True, plain=r"\bblur", by="background"),
    "adjust": Serves("recolor"),
    "replace": Serves("replace", words=True),
    "remove": Serves("remove"),
    "add": Serves("add", words=True),
    "style": Serves("restyle", words=True),
    "action": Serves("instruct", words=True),
    "compose": Serves(),
}


def type_of(step: Step) -> str:
    """Return the type of one step."""
    if step.operation == "instruct":
        return "action" if step.params.get("kind") == "action" else "adjust"
    if step.operation in ("replace", "recolor") and is_background(step.target):
        return "background"
    return TYPES.get(step.operation, "adjust")


def found_of(heard: Heard) -> str:
    """Return the type of a plan: that of its steps, or "compose" where they are of different types."""
    types = {type_of(step) for step in heard.plan.steps}
    return "compose" if len(types) > 1 else next(iter(types), NOTHING)


def judge(task: Task) -> Result:
    """Score the type of edit."""
    return judge_classes(
        task,
        what="edit type",
        label="edit_type",
        target=0.93,
        found_of=found_of,
        serves=SERVES,
        note="from the operations of the plan",
    )


DATASET = DataSet("imgedit", "ImgEdit: type of edit", "imgedit_basic.tsv", ("text", "edit_type"), judge)
