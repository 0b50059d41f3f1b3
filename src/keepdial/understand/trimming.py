"""Trimming: the words around a thing that name nothing, and words that can be no thing."""

from __future__ import annotations

from dataclasses import replace

from keepdial.understand import english
from keepdial.understand.lexicon import (
    ARTICLES,
    BEFORE_PLACE,
    FUNCTION,
    PREPOSITIONS,
    PRONOUNS,
    SIDES,
    word_set,
)
from keepdial.understand.tokens import Token

_WRITTEN = word_set("word words text letter letters title name caption sign number slogan")


def with_letters(tokens: list[Token]) -> list[Token]:
    """Return the tokens, letters that were typed large as a quotation: "the word SALE"."""
    out = list(tokens)
    for i in range(1, len(out)):
        if out[i - 1].word in _WRITTEN and out[i].kind == "word" and out[i].text.isupper():
            out[i] = replace(out[i], word=out[i].text, kind="quote")
    return out


def trimmed(tokens: list[Token]) -> list[Token]:
    """Return the tokens without signs, and without words at both ends that name nothing."""
    kept = [t for t in tokens if t.kind != "sign" or t.word in ("-",)]
    drop = FUNCTION - ARTICLES - PRONOUNS
    while kept and kept[0].kind == "word" and kept[0].word in drop and kept[0].word not in ("one",):
        if kept[0].word in BEFORE_PLACE and len(kept) > 1 and _begins_place(kept):
            break
        kept = kept[1:]
    ends = (drop | ARTICLES | word_set("and with into up down out or look")) - PRONOUNS
    while kept and kept[-1].kind == "word" and (kept[-1].word in ends or kept[-1].word in BEFORE_PLACE):
        if kept[-1].word == "can" and len(kept) > 1 and kept[-2].word in _CANS:
            break
        kept = kept[:-1]
    return kept


_CANS = word_set("trash garbage rubbish watering soda beer cola coke tin spray paint oil gas milk litter")
"""What a can is of: after these it is a thing, and no verb."""


def _begins_place(tokens: list[Token]) -> bool:
    words = [t.word for t in tokens[:5] if t.word not in ARTICLES]
    return len(words) > 1 and words[1] in SIDES


_FRAME_BEFORE = word_set(
    """change changing alter adjust set apply modify turn dye think thinks thought find finds found
    believe feel feels needs need wants want like love prefer give gives see say says would could
    should must might know knows guess suppose wish hope mean show bring let lets please maybe dude
    mate bro"""
)
_FRAME_AFTER = word_set(
    """needs need wants want should could would must to be been being look looks looked appear appears
    seem seems get gets become becomes have has had is are was were dude mate bro"""
)
_NEVER = word_set(
    """don't doesn't isn't aren't won't can't didn't shouldn't couldn't wouldn't not never k stop stops
    ev percent px kelvin degrees degree minus plus factor was were did"""
)
_SUBJECT = word_set("i he she we they you who")


def without_frame(tokens: list[Token]) -> list[Token]:
    """Return the tokens without the frame that a wish puts around a thing: "I THINK the sky NEEDS TO BE"."""
    kept = list(tokens)
    wants = next((i for i, t in enumerate(kept[:4]) if t.word in _WANTS), None)
    if wants is not None:
        kept = kept[wants + 1 :]
    if all(t.kind == "word" and t.word in _FRAME_AFTER | _FRAME_BEFORE | {"it"} for t in kept):
        return []
    while len(kept) > 1 and kept[0].kind == "word":
        subject = kept[0].word in _SUBJECT and kept[1].word in _FRAME_BEFORE | {"would", "do"}
        if kept[0].word not in _FRAME_BEFORE and not subject:
            break
        kept = kept[1:]
    if len(kept) > 2 and kept[0].word in ("it", "me") and kept[1].word in ("if", "when", "that"):
        kept = kept[2:]
    while len(kept) > 1 and kept[-1].kind == "word" and kept[-1].word in _FRAME_AFTER:
        kept = kept[:-1]
    return kept


_WANTS = word_set("wants want thinks asked says prefers")


def implausible(tokens: list[Token]) -> bool:
    """Whether tokens can be no thing: a negation, a unit, a number without a noun, a subject and its verb."""
    words = [t.word for t in tokens]
    if any(w in _NEVER for w in words) or (len(words) > 1 and words[0] in _SUBJECT):
        return True
    if any(
        len(w) == 1 and t.kind == "word" and t.text.islower() and w != "a"
        for w, t in zip(words, tokens, strict=True)
    ):
        return True
    for i, token in enumerate(tokens):
        if token.kind == "number":
            after = tokens[i + 1] if i + 1 < len(tokens) else None
            if (
                after is None
                or after.kind != "word"
                or after.word in PREPOSITIONS
                or not english.is_noun(after.word)
            ):
                return True
    if (
        words[0] not in PREPOSITIONS
        and english.only_verb(words[0])
        and words[0] in english.lemmas(words[0]).get("VERB", ())
        and len(words) > 1
    ):
        return True
    return bool(len(words) == 1 and words[0] in _AMOUNTLIKE)


_AMOUNTLIKE = word_set("slight slightly little bit lot more less much few amount level radius strength times")
