"""The main subject without learned weights; a person model's map where there is one."""

from keepdial.saliency.person import person_map
from keepdial.saliency.subject import subject_map, subject_mask

__all__ = ["person_map", "subject_map", "subject_mask"]
