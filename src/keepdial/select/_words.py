"""The words that tell things apart: how many, which side, where by another thing; and the plural."""

from __future__ import annotations

import re


def _list(words: str) -> list[str]:
    return words.split()


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DETERMINERS = _set(
    """
    the a an this that these those your our some only just exact actual same whole entire complete full very
    really quite so too such single main primary principal most prominent
    """
)
"""Words that choose nothing here: a singular means the most prominent one already."""

WHOSE = {
    **dict.fromkeys(("his", "her", "my"), "the person"),
    "their": "people",
    "its": "the subject",
}
"""Whom a possessive pronoun means when nothing went before."""

PRONOUNS = {
    **dict.fromkeys(("him", "her", "he", "she", "me", "i", "himself", "herself", "myself"), "person"),
    **dict.fromkeys(("them", "they", "us", "we", "themselves", "ourselves"), "people"),
    **dict.fromkeys(("everyone", "everybody", "anyone", "anybody"), "people"),
    **dict.fromkeys(("someone", "somebody"), "person"),
    **dict.fromkeys(("it", "itself", "this", "that"), "subject"),
}
"""What a pronoun means when nothing went before."""

EVERYTHING = _set(
    "everything anything all picture image photo photograph whole picture whole image whole photo"
)
"""Nouns that mean the picture as a whole."""

OTHER = frozenset({"other", "others", "another", "remaining", "else", "rest"})
ALL = frozenset({"all", "every", "each", "both", "any", "several", "many", "multiple", "various", "few"})
COUNTS = {
    **{w: i for i, w in enumerate(_list("two three four five six seven eight nine ten eleven twelve"), 2)},
    **{str(i): i for i in range(2, 100)},
}
RANKS = {
    **{
        w: i
        for i, w in enumerate(_list("first second third fourth fifth sixth seventh eighth ninth tenth"), 1)
    },
    **{w: i for i, w in enumerate(_list("1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th"), 1)},
    "last": -1,
}
SIDES = {
    **dict.fromkeys(("left", "leftmost", "left-most", "lefthand", "left-hand", "leftward"), "left"),
    **dict.fromkeys(("right", "rightmost", "right-most", "righthand", "right-hand", "rightward"), "right"),
    **dict.fromkeys(("top", "topmost", "top-most", "upper", "uppermost", "highest"), "top"),
    **dict.fromkeys(("bottom", "bottommost", "bottom-most", "lower", "lowermost", "lowest"), "bottom"),
    **dict.fromkeys(("middle", "middlemost", "center", "centre", "central", "centermost"), "middle"),
}
SIZES = {
    **dict.fromkeys(("biggest", "largest", "big", "large", "huge", "bigger", "larger"), "biggest"),
    **dict.fromkeys(("tallest", "closest", "nearest", "nearer", "closer", "great"), "biggest"),
    **dict.fromkeys(("smallest", "small", "tiny", "little", "tiniest", "smaller"), "smallest"),
    **dict.fromkeys(("shortest", "farthest", "furthest", "farther", "further"), "smallest"),
}
GUESSED_SIZES = _set("tallest closest nearest nearer closer shortest farthest furthest farther further")
"""Words for a distance or a height, of which size is only a sign."""

GROUNDS = {
    **dict.fromkeys(
        ("background", "distance", "back", "rear", "distant", "faraway", "back ground"), "background"
    ),
    **dict.fromkeys(("foreground", "front", "forefront", "fore ground"), "foreground"),
}

COLLECTIONS = _set(
    """
    group groups bunch pair pairs set couple lot lots crowd row pile stack bundle flock herd pack some most
    all both each part parts piece pieces
    """
)
"""Words before "of" that only say there are several."""

OWNED = _set(
    """
    face faces head heads hair haircut hairdo skin complexion shadow shadows text lettering writing logo
    logos label hat cap tie
    """
)
"""Parts of things: after another known noun ("the dog face") they are that thing's."""

CONTAINERS = _set(
    "bowl cup glass bottle plate basket box jar mug vase bag can pot tray slice pot packet barrel"
)
"""Nouns before "of" that hold what comes after it: a bowl of fruit."""

AREAS = _set("area region space spot place room gap part section ground")
"""Nouns for a place by a thing: the space between the cars."""

PEOPLE = _set(
    """
    person man woman boy girl guy child kid baby lady human people crowd pedestrian passerby bystander
    tourist stranger player rider worker
    """
)
"""Nouns that a finder of people answers."""

PEOPLE_TWO = _set("man woman men women people person")
"""Nouns that describe no other: in "the man woman and child" a comma is missing."""

TOLD_APART = PEOPLE - {"person", "human", "people", "crowd"}
"""Nouns for people that the finders here cannot tell from other people."""

ROLES = _set(
    """
    dude gentleman gal lad male female adult teenager teen toddler infant bride groom bridesmaid husband
    wife mother father mom mum mommy dad daddy parent son daughter brother sister grandmother grandfather
    grandma grandpa friend actor actress singer musician dancer model athlete swimmer surfer skier runner
    cyclist driver photographer cameraman soldier policeman officer doctor nurse chef waiter teacher student
    astronaut artist speaker customer shopper figure individual dood folk someone
    """
)
"""What people may be called, besides: a person, of whom nothing else can be checked."""

SEVERAL = {
    **dict.fromkeys(("couple", "duo"), ("people", 2)),
    "trio": ("people", 3),
    **dict.fromkeys(("family", "group", "folks", "audience", "others", "persons"), ("people", None)),
}
"""Nouns for people together, and how many."""

WORN = _set(
    """
    hat cap tanktop sweatshirt blazer costume shirt tshirt t-shirt tee dress suit jacket coat tie glasses
    sunglasses jeans pants trousers skirt uniform sweater hoodie scarf helmet mask shorts blouse vest gown
    costume outfit clothes clothing top frock tank-top jersey robe cardigan jumper bikini swimsuit boots
    shoes gloves pullover kimono sari
    """
)
"""What one is in, rather than inside of: the man in the hat."""

POSTURES = _set(
    """
    standing sitting lying laying located situated positioned placed hanging resting parked visible seen
    shown found pictured depicted present set laid seated mounted attached leaning kneeling crouching posing
    shown appearing being stood perched
    """
)
"""Words that only lead to the relation after them: the man standing behind the car."""

ATTENTION = _set(
    "looking staring gazing pointing waving talking speaking smiling laughing listening facing turning "
    "watching turned shouting"
)
"""Words that take the thing after them along: looking at the dog."""

PARTICIPLES = (
    POSTURES
    | ATTENTION
    | _set(
        """
    walking running jumping flying swimming playing eating drinking driving floating growing covered made
    painted written taking reading sleeping dancing climbing wearing holding carrying riding using pushing
    pulling hugging crossing working cooking singing skating surfing skiing moving going coming dressed
    named called labelled labeled saying reading
    """
    )
)
NOT_PARTICIPLES = _set(
    """
    building ceiling railing painting lighting wing ring string clothing thing swing writing lettering
    washing king evening morning earring awning wedding bedding crossing icing filling parking dining living
    flooring siding scaffolding stocking
    """
)
CLAUSES = _set(
    "who that which whom whose where is are was were has have had there there's who's that's which's"
)
LINKS = _set(
    """
    to a an the it its and so more less very make made give put leaving leave remove delete erase add fill
    turn change replace keep all be look into for than then not no if as but
    """
)
"""Words that never describe the noun after them."""

NAMED = frozenset({"word", "words", "text", "number", "letter", "letters", "name"})
"""Nouns after which what is written may stand without quotes."""

SAYING = frozenset(
    {"says", "say", "saying", "reads", "reading", "reads:", "labelled", "labeled", "marked", "named"}
)

IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "knives": "knife",
    "shelves": "shelf",
    "leaves": "leaf",
    "wolves": "wolf",
    "loaves": "loaf",
    "wives": "wife",
    "sheep": "sheep",
    "mice": "mouse",
    "geese": "goose",
    "teeth": "tooth",
    "feet": "foot",
    "scissors": "scissors",
    "skis": "skis",
    "glasses": "glasses",
    "sunglasses": "sunglasses",
    "wine glasses": "wine glass",
    "buses": "bus",
    "minibuses": "minibus",
    "lenses": "lens",
    "ties": "tie",
    "bow ties": "bow tie",
    "movies": "movie",
    "cookies": "cookie",
    "clothes": "clothes",
    "jeans": "jeans",
    "pants": "pants",
    "gentlemen": "gentleman",
    "policemen": "policeman",
    "canvas": "canvas",
    "shoes": "shoe",
    "axes": "axe",
    "passersby": "passerby",
}


def singular(noun: str) -> str:
    """Return the noun in the singular, by the usual endings; what is singular already stays."""
    head, _, last = noun.rpartition(" ")
    if noun in IRREGULAR:
        return IRREGULAR[noun]
    if last in IRREGULAR:
        word = IRREGULAR[last]
    elif re.search(r"(?:ss|x|z|ch|sh)es$", last):
        word = last[:-2]
    elif re.search(r"[^aeiou]ies$", last):
        word = last[:-3] + "y"
    elif re.search(r"[^su]s$", last):
        word = last[:-1]
    else:
        word = last
    return f"{head} {word}" if head else word


def place_noun(tokens: list[str]) -> str:
    """Return the part of the picture that words alone name ("the upper left corner"), or ""."""
    areas = {
        "side",
        "part",
        "half",
        "area",
        "portion",
        "section",
        "region",
        "third",
        "quarter",
        "edge",
        "end",
    }
    sides, area = list[str](), ""
    for token in "-".join(tokens).split("-"):
        if token in SIDES:
            sides.append(SIDES[token])
        elif token in areas | {"corner"} and not area:
            area = token
        elif token not in ("the", "hand", "far", "very", "extreme", "most", "of"):
            return ""
    if not sides or len(sides) > 2:
        return ""
    if tokens[0] in ("of", "the") or tokens[-1] in ("of", "the", "far", "very"):
        return ""
    if len(sides) == 2:
        up = [s for s in sides if s in ("top", "bottom")]
        across = [s for s in sides if s in ("left", "right")]
        return f"{up[0]} {across[0]} corner" if len(up) == 1 == len(across) else ""
    (side,) = sides
    if area == "corner":
        return ""
    if side == "middle":
        return "middle"
    if area in ("third", "quarter", "half"):
        return f"{side} {area}"
    return f"{side} " + {"edge": "quarter", "end": "quarter", "": "third"}.get(area, "half")
