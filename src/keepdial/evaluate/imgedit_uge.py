"""ImgEdit's hard sentences, which have no labels: what was understood of each, on request."""

from __future__ import annotations

from keepdial.evaluate import DataSet
from keepdial.evaluate._unlabelled import judge

DATASET = DataSet(
    "imgedit-uge", "ImgEdit, hard sentences: no labels", "imgedit_uge.tsv", ("text",), judge, asked_only=True
)
