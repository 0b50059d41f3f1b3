"""Words that steps are told with, apart from those that operations declare."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


VERBS = _set(
    """add adjust age airbrush apply balance bend blend blur boost brighten bring calm camouflage change clean
    clear clone colour convert cool copy correct crop cut darken decrease deepen dehaze denoise desaturate
    develop dim drag draw drop dye enhance enlarge erase even expand expose extend extract fill fix flatten
    flip generate give heal improve increase insert invert isolate level lift light lighten lower make match
    mirror move mute narrow neutralise open outpaint overexpose paint perfect pull push put raise recolor
    recolour recover reduce relight remove render replace reshape resize restore restyle retouch rotate
    saturate scale set sharpen shift shrink slim smooth soften split straighten stretch strengthen swap tame
    tint tone transform turn underexpose upscale vary warm warp weaken whiten widen write zoom"""
)
"""Words that a phrase of request may begin with as it stands."""

ADJECTIVES = _set("calm clean clear cool even flat level light narrow open perfect slim smooth warm")
"""Those of them that are adjectives before a noun: "light the face" asks, "light vignette" names."""

AFTER_A_VERB = _set("the a an up on out in away down over from to with by {thing}")

BETWEEN = _set("bring copy drag lift make move pull push rotate scale shift turn")
"""Verbs whose thing stands behind them: "move the cup to the left", "turn the sky black and white"."""

DEFINITE = _set(
    """background backdrop blacks blemishes blues cheeks clarity colours colour contrast exposure eyes
    face greens hair highlights horizon levels lighting lips perspective reds shadows skin sky teeth white
    whites"""
)
"""Nouns that are declared without an article and told with one, where they stand right behind a verb."""

PLACES = _set("on in at around atop above below under beneath near behind beside between next over inside by")
"""Words that begin a place: nothing has to be put between it and what is done there."""

BARE = PLACES | _set("the a an all any both each every everything my no his her their its our some your")
"""Words that a thing may begin with, so that it takes no article."""
