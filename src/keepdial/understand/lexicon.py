"""Words that sentences about pictures are made of, apart from those that operations declare."""

from __future__ import annotations

from collections.abc import Iterable


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


def means_all(words: Iterable[str], small: frozenset[str]) -> bool:
    """Whether words mean the picture as a whole, and apart from that are only of the `small` ones."""
    return all(word in WHOLE or word in small for word in words)


AMOUNTS = {
    "a hair": 0.4, "just a hair": 0.4, "minimal": 0.4, "a good deal": 1.7, "fully": 2.8, "all the way": 2.8,
    "barely": 0.25, "hardly": 0.25,
    "a touch": 0.3, "just a touch": 0.3, "a tiny bit": 0.3, "tiny bit": 0.3, "a hint": 0.3, "a hint of": 0.3,
    "a tad": 0.4, "tad": 0.4, "a tad bit": 0.4, "a shade": 0.4, "subtly": 0.4, "a smidge": 0.4,
    "ever so slightly": 0.3,
    "slightly": 0.5, "a little": 0.5, "a little bit": 0.5, "gently": 0.5, "softly": 0.5, "lightly": 0.5,
    "little bit": 0.5, "a small amount": 0.5, "a small bit": 0.5, "minimally": 0.4, "kind of": 0.6,
    "kinda": 0.6, "sort of": 0.6,
    "half": 0.5, "slight": 0.5, "gentle": 0.5, "faint": 0.4, "subtle": 0.4, "mild": 0.6, "mildly": 0.6,
    "little": 0.5,
    "a bit": 0.6, "bit": 0.6, "some": 0.9, "a couple of notches": 0.9, "a notch": 0.6, "a few notches": 1.0,
    "somewhat": 0.7, "a fair bit": 1.2, "a good bit": 1.3,
    "moderately": 1.0, "normal": 1.0,
    "rather": 1.2, "quite": 1.3, "quite a bit": 1.4, "noticeably": 1.3, "clearly": 1.4, "fairly": 1.1,
    "pretty": 1.2,
    "considerably": 1.7, "much": 1.8, "very": 1.8, "really": 1.8, "far": 1.8, "significantly": 1.8,
    "substantially": 1.8,
    "a whole lot": 2.2, "a great deal": 2.0, "highly": 1.8, "deeply": 1.8, "well": 1.0, "very much": 2.0,
    "big time": 2.2,
    "a lot": 2.0, "a-lot": 2.0, "lots": 2.0, "lots of": 2.0, "a lot of": 2.0, "way": 2.0, "strongly": 2.0,
    "greatly": 2.0, "twice": 2.0,
    "strong": 2.0, "heavy": 2.2, "dramatic": 2.5, "extreme": 2.8, "tons of": 2.5, "intensely": 2.2,
    "double": 2.0,
    "heavily": 2.2, "dramatically": 2.5, "drastically": 2.5, "extremely": 2.8, "massively": 2.8,
    "hugely": 2.5,
    "super": 2.2, "insanely": 2.8, "completely": 2.8, "totally": 2.8, "as much as possible": 2.8,
    "to the max": 2.8,
}  # fmt: skip
"""How much larger or smaller than ordinary an amount is made by each."""

ARTICLES = word_set(
    "a an the my his her its our your their this that these those some any all every each both"
)
MAKE = word_set(
    """make makes making made get gets getting have has give gives giving let lets turn keep render want
    need like"""
)
"""Verbs that say what something is to become, and nothing of what."""

BE = word_set(
    """its is are was were be been being am isn't aren't wasn't weren't it's she's he's they're that's
    there's looks look looking looked seems seem appears appear came comes got has have feels feel
    turned"""
)
"""Verbs of a statement: "the sky IS too dark"."""

UP = word_set(
    """increase increased increasing raise raised raising boost boosted boosting more stronger higher
    bump bumped bumping crank cranked strengthen strengthened up enhance enhanced enhancing add adding
    added improve improved improving intensify intensified intensifying amplify amplifying heighten
    elevate maximize maximise pump extra bring bringing better greater bigger larger lift lifting
    needs lacks lacking lack deepen upgrade advance advancing amplified maximizing double triple
    brighten brightening lighten lightening enrich escalate augment augmenting optimize optimise
    optimizing optimising accentuate emphasize emphasise magnify magnifying elevating perfect
    perfecting refine refining polish polishing restore restoring revive heightening plus use put
    apply give increases enhances boosts raises push ramp punch"""
)
DOWN = word_set(
    """decrease decreased decreasing reduce reduced reducing lower lowered lowering less weaker drop
    dropped weaken weakened minus diminish minimize minimise down cut lessen lessened lessening dial
    soften softened tone dull fewer subtract decreases reduces lowers halve darken darkening dim
    dampen tame suppress mitigate reduction decline pull"""
)
FIX = word_set(
    """fix fixed fixing correct corrected correcting adjust adjusted adjusting change changed changing
    alter altered edit edited balance balanced tweak tweaked modify modified set even repair rectify
    correction adjustment adjustments address normalise normalize work play"""
)
GONE = word_set(
    """remove removed removing delete erase eliminate eliminated eliminating rid clear clean cleaned
    cleaning lose without no zero take taken taking cancel neutralize neutralise kill wipe strip purge
    banish dissolve expel eradicate dispel dissipate lift lifting filter dismiss omit exclude discard
    abolish negate annul nullify scrub cleanse purify withdraw extract suppress alleviate eliminates
    removes removal erasing erased deleting free get unblur drop undo combat counteract overcome
    resolve decontaminate subtract stop hide conceal obliterate extinguish evaporate disperse diminish
    remedy"""
)
"""Verbs that do away with something. A quality that is a fault goes with one of these."""

TOO = word_set("too so overly way excessively excessive super very really rather quite pretty much such")
NOT = word_set(
    """before not isn't aren't don't doesn't wasn't never no nothing cannot can't won't without hardly
    shouldn't aint ain't"""
)
NEGATED = word_set("don't not never no cannot can't won't doesn't shouldn't")
PICTURE = word_set(
    """picture pictures photo photos photograph photographs image images shot scene pictures' pic
    photograph's image's photo's picture's portrait snapshot frame file selfie screenshot photography
    wallpaper illustration"""
)
WHOLE = PICTURE | word_set(
    "everything it this overall all whole entire full complete these that general thing"
)
POLITE = word_set(
    """dude mate bro buddy please thanks thank kindly hi hello hey thankyou cheers ok sorry asap dear sir
    appreciated appreciate grateful greatly help lol haha wow tia anyway anyways hopefully maybe
    perhaps just simply also possible somehow basically actually literally overall again back then now
    here there too well even still though quickly quick bit really nicely properly correctly carefully
    generally altogether"""
)
OPENERS = (
    "i would like you to", "i would like to", "i would like for", "i would like", "i would love to",
    "i would love", "i'd like you to", "i'd like to", "i'd like", "i'd love to", "i'd love",
    "i want you to", "i want to", "i want", "i need you to", "i need to", "i need", "i wish",
    "i was wondering if", "i am looking to", "i'm looking to",
    "i am looking for someone to", "i'm trying to", "i am trying to", "we want to", "we would like to",
    "we'd like", "we need", "looking for someone to",
    "looking for someone who can", "looking to have", "looking to", "need someone to", "trying to",
    "wanting to", "want to", "want",
    "can you please", "can you", "could you please", "could you", "would you please", "would you", "will you",
    "can someone please", "can someone", "could someone please",
    "could someone", "would someone", "can anyone please", "can anyone", "could anyone please",
    "could anyone", "can anybody", "could anybody", "can somebody", "could somebody", "can we", "could we",
    "can i get", "can i have", "could i get", "can i", "could i", "may i", "please can someone",
    "please could you",
    "is it possible to", "is it possible for someone to", "is it possible", "would it be possible to",
    "is there any way to", "is there a way to", "is there any way someone could",
    "is there any chance", "any chance you could", "any chance someone could", "any chance",
    "would anyone be able to", "would anyone mind", "would you mind", "would someone be able to",
    "would anyone be willing to", "anyone willing to", "who can", "someone", "anyone", "would like to",
    "would like", "would love to", "would love",
    "it would be great if you could", "it would be great if", "it would be nice to", "it would be nice if",
    "it'd be great if", "would be nice if", "it would be cool if",
    "help me", "help to", "help", "try to", "try", "go ahead and", "feel free to", "make sure that",
    "make sure to", "make sure", "ensure that", "ensure", "be sure to",
    "how about", "what about", "what if", "how do i", "how can i", "how to", "let's", "let us", "lets",
    "let me", "let there be", "it's time to", "it is time to", "there should be", "there must be",
    "there shall be",
    "you should", "you could", "you can", "you must", "we should", "we could", "maybe you can", "if possible",
    "if you can", "if you could", "if someone could", "if anyone could", "if someone can", "if anyone can",
    "please", "kindly", "just", "also", "then", "and", "so", "but", "now", "first", "firstly", "second",
    "secondly", "third", "next", "finally", "lastly", "afterwards", "after that", "as well", "additionally",
    "furthermore", "plus", "again", "maybe", "perhaps", "simply", "able to", "be able to", "able", "if", "to",
)  # fmt: skip
"""How requests begin before what is wanted is said; none of it changes what is meant."""

ENDERS = (
    "at the same time",
    "so nobody",
    "so no",
    "so people",
    "so everyone",
    "so one",
    "so that", "so i", "so we", "so it", "so you", "so the", "so they", "so he", "so she", "because", "since",
    "in order to", "in order for", "as if", "in order",
    "for my", "for our", "for the purpose", "for use", "for her", "for his", "for linkedin", "for printing",
    "for instagram", "for facebook", "which", "as i", "as it is",
    "as we", "it is", "it's", "i think", "if you", "if it", "until", "to reveal", "to show", "to enhance",
    "to improve", "to bring out", "to see", "to create", "to achieve", "to highlight", "to emphasize",
    "to give", "to have", "to help", "to uncover", "to match", "to fit", "to better",
    "for better", "for improved", "for a better","for a more","for a clearer","for a nicer", "for enhanced",
    "for clearer", "for more", "for clarity", "for increased",
)  # fmt: skip
"""What begins a reason or a purpose: what follows explains and asks for nothing of its own."""

TALK = word_set(
    """love hope enjoy miss know think guess i i'm i've i'd me my we us our you your yours thanks thank
    hello hi sorry grandfather grandmother grandpa grandma dad mom mother father wife husband friend
    friends sister brother son daughter son's family boyfriend girlfriend wedding birthday passed died
    loved year years ago reddit paypal tip reward gold bucks $ usd pay paid budget bonus appreciate
    grateful wondering because when who would could was were had"""
)
"""Words of sentences that tell a story and ask for nothing."""

SIDES = {
    "left": "left", "left-side": "left", "left-hand": "left", "leftmost": "left", "right": "right",
    "right-side": "right",
    "right-hand": "right", "rightmost": "right", "top": "top", "upper": "top", "topmost": "top",
    "uppermost": "top", "top-side": "top",
    "bottom": "bottom", "lower": "bottom", "bottommost": "bottom", "bottom-side": "bottom",
    "lowest": "bottom", "highest": "top",
    "middle": "middle", "central": "middle",
}  # fmt: skip
PLACE_NOUNS = word_set(
    """side corner half part edge area third quarter portion section end hand hand-side top bottom left
    right middle region"""
)
BEFORE_PLACE = word_set(
    """next close adjacent atop on in at to from of by near along towards toward upon onto into over
    above below under beneath behind beside inside within around underneath outside across through
    between against"""
)
PRONOUNS = word_set("him her he she them they his their it its me us")
SOMEONE = PRONOUNS - {"it", "its"}
"""Pronouns that mean somebody, and not the picture."""

WHO = word_set("i he she we they who")
"""Who does what a verb says, where it stands before it: then the verb is no order."""

PREPOSITIONS = BEFORE_PLACE | word_set(
    "with for next out off up down like as than about without except wearing holding standing sitting"
)
FUNCTION = (
    ARTICLES
    | MAKE
    | BE
    | TOO
    | POLITE
    | word_set(
        """of in on from for to with into as up by at it i'd we you me so there than and or but do does did
    can could would should shall must will may might able which who that's if when while where what
    how why because i he she they us one ones thing things bit go going goes put use using used apply
    applied try set done way look looks looking kind type sort version effect ought supposed own same
    only"""
    )
)
"""Words that name neither what is to be done nor a thing."""

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10,
    "eleven": 11, "twelve": 12, "both": 2, "couple": 2, "pair": 2,
}  # fmt: skip
