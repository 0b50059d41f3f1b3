"""Tokens: a sentence as words, numbers, quotations, names of files and signs, each with its place in it."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, replace

from keepdial.errors import InputError

LONGEST = 4000
"""Characters of a sentence; more is refused."""

_PIECE = re.compile(
    r"(?P<quote>\"[^\"]+\"|“[^”]+”|‘[^’]+’|«[^»]+»|(?<![\w'])'[^']+'(?!\w))"
    r"|(?P<file>[\w.~/\\-]*[\w-]\.(?:jpe?g|png|webp|tiff?|avif|heic|bmp|gif|jxl)\b)"
    r"|(?P<hex>#(?:[0-9a-f]{6}|[0-9a-f]{3})\b)"
    r"|(?P<number>(?!\d+(?:st|nd|rd|th)\b)(?:\d+(?:\.\d+)?,\d+(?:\.\d+)?(?![\d])|(?<![\w.])[-+]?"
    r"(?:\d+(?:[.,]\d+)?|\.\d+)(?::\d+(?:\.\d+)?)?(?:x(?![\w])|(?=[a-z%°\W]|$))))"
    r"|(?P<sign>%|°|\.\.\.|[.,;:!?\n()/&+=-])"
    r"|(?P<word>[^\W\d_]+(?:['-][^\W\d_]+)*'?|\d+(?:st|nd|rd|th)\b)",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z][^<>]{0,200}>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"\bhttps?://\S+|\bwww\.\S+", re.IGNORECASE)
_SAME = str.maketrans(
    {"’": "'", "`": "'", "´": "'", "−": "-", "–": "-", "—": ";", "×": "x", "\u00a0": " ", "\r": "\n"}
)
_BARE = {
    "dont": "don't", "doesnt": "doesn't", "isnt": "isn't", "arent": "aren't", "cant": "can't",
    "wont": "won't",
    "shouldnt": "shouldn't", "couldnt": "couldn't", "wasnt": "wasn't", "didnt": "didn't", "im": "i'm",
    "ive": "i've", "shes": "she's", "hes": "he's", "theyre": "they're", "youre": "you're", "thats": "that's",
    "theres": "there's", "whats": "what's", "id": "i'd", "pls": "please", "plz": "please", "plese": "please",
    "pleas": "please", "pic": "picture", "pics": "pictures", "img": "image", "bg": "background", "u": "you",
    "b/w": "bw", "foto": "photo", "fotos": "photos",
    "thx": "thanks", "wanna": "want", "gotta": "need", "gonna": "will", "ppl": "people",
    "colorful": "colourful",
    "color": "colour", "colors": "colours", "colored": "coloured", "coloring": "colouring", "grey": "gray",
    "center": "middle", "centre": "middle", "everbody": "everybody", "bnw": "bw", "backround": "background",
    "anyones": "anyone's", "someones": "someone's", "okay": "ok", "alot": "a-lot",
}  # fmt: skip
"""What is written without its apostrophe, shortened, or in another spelling, and how it is read here."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token.

    Attributes:
        text: as it was typed.
        word: as it is read: lower case, one spelling, typing errors corrected.
        kind: ``word``, ``number``, ``quote``, ``file``, ``hex`` or ``sign``.
        start, end: where it stands in the text.
        corrected: whether a typing error was corrected.
    """

    text: str
    word: str
    kind: str
    start: int
    end: int
    corrected: bool = False

    def read_as(self, word: str) -> Token:
        """Return the token with a typing error corrected."""
        return replace(self, word=word, corrected=True)


def plain(sentence: str) -> str:
    """Return a sentence as one line of readable text.

    Markup and links are dropped, unreadable characters become spaces. Raises `InputError` where it is empty,
    longer than `LONGEST`, or holds nothing that can be read.
    """
    if len(sentence) > LONGEST:
        raise InputError(
            f"The sentence has {len(sentence):,} characters; at most {LONGEST:,} are read.",
            hint="Say in a sentence or two what is wanted.",
        )
    if not sentence.strip():
        raise InputError(
            "The sentence is empty.", hint='Say what is wanted, for example "make it a bit warmer".'
        )
    text = "".join(" " if _unreadable(c) else c for c in unicodedata.normalize("NFKC", sentence))
    text = _LINK.sub(" ", _TAG.sub(" ", html.unescape(text).translate(_SAME)))
    # Once more: what was written as an entity may be unreadable or a tag.
    text = "".join(" " if _unreadable(c) else c for c in text)
    text = re.sub(r"(?i)(?<!\w)b\s?(?:&|/|\+|n|and)\s?w(?!\w)", "bw", text)
    text = re.sub(r"(?i)\b(back|fore) (grounds?)\b", r"\1\2", text)
    text = re.sub(r"[ \t\f\v]+", " ", text).strip()
    if not text:
        raise InputError(
            "Nothing in the sentence can be read.", hint='Say what is wanted, for example "make it warmer".'
        )
    return text


def _unreadable(c: str) -> bool:
    return c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs", "Cf", "Co", "Cn")


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a text, with nothing corrected but bare spellings."""
    found = []
    for match in _PIECE.finditer(text):
        kind = match.lastgroup or "word"
        typed = match.group(0)
        word = typed
        if kind == "word":
            word = typed.lower().rstrip("'") if not typed.lower().endswith("s'") else typed.lower()
            word = _BARE.get(word, word)
        elif kind == "hex" or kind == "number":
            word = typed.lower()
        elif kind == "quote":
            word = typed[1:-1].strip()
        found.append(Token(typed, word, kind, match.start(), match.end()))
    return found


def words_of(tokens: list[Token]) -> str:
    """Return tokens as text again, with quotations in their marks."""
    out = ""
    for token in tokens:
        said = f'"{token.word}"' if token.kind == "quote" else token.word
        glue = "" if not out or (token.kind == "sign" and said in ",.;:!?%°") or out[-1] in "(/" else " "
        out += glue + said
    return out
