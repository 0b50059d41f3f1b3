"""IER: requests to edit photographs, without labels: how many are understood at all."""

from __future__ import annotations

from keepdial.evaluate import DataSet
from keepdial.evaluate._unlabelled import judge

DATASET = DataSet("ier", "IER: coverage, no labels", "ier.tsv", ("text", "img0"), judge)
