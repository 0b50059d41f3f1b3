"""What is told by another thing: whose part it is, where it lies by it, which end of it is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from keepdial.errors import SelectionError
from keepdial.geometry import Box, Size
from keepdial.mask import bounds
from keepdial.select import Instance, Region, _heads
from keepdial.select import _words as words
from keepdial.select._choose import prominence, shares
from keepdial.select._phrase import Part, Relation, singular
from keepdial.select._pool import NOT_THERE, Pool, Scene, not_there, noted
from keepdial.select._resolve import alternatives, pool_of, taken
from keepdial.select._where import DEPTH, fit, nearest, tight

if TYPE_CHECKING:
    from numpy.typing import NDArray

SOFT = 0.05
"""The least share of a colour that somebody has who wears a thing of that colour."""

BEHIND = frozenset({"background", "backdrop", "surroundings"})
"""What is behind and around things anyway."""

COARSE = 512
"""The longer side of the picture in which soft areas are shared out among their owners, in pixels."""


def spots(part: Part, place: str, scene: Scene) -> Pool:
    """Return a place of a thing, "the left half of the face": as far as the thing reaches into it."""
    from keepdial.select.place import FRAMES, box_of

    owners, _ = alternatives(part.of, scene)
    found, notes = [], list[str]()
    if len(owners) > 1:
        notes.append(f"{len(owners)} of {part.of} were found; took the most prominent.")
    for owner in owners[0]:
        around = tight(owner)
        if around is None:
            continue
        box, values = owner.region.box, owner.region.values
        if place in FRAMES:
            where = _rim(values)
        else:
            spot = box_of(place, Size(around.width, around.height)).shift(around.x, around.y)
            where = np.zeros(values.shape, np.float32)
            inner = _within(spot, box)
            where[inner.shift(-box.x, -box.y).slices] = 1
        left = np.minimum(values, where)
        if bounds(left) is not None:
            found.append(replace(owner, region=Region(box, left), label=f"the {place} of {owner.label}"))
    if not found:
        raise not_there(f"{part.noun} of {part.of}")
    return Pool(
        replace(part, of="", sides=()), part.noun, tuple(found), tuple(found), True, settled=True, notes=notes
    )


def _within(spot: Box, box: Box) -> Box:
    x0, y0 = max(spot.x, box.x), max(spot.y, box.y)
    x1, y1 = min(spot.right, box.right), min(spot.bottom, box.bottom)
    return Box(x0, y0, max(0, x1 - x0), max(0, y1 - y0))


def _rim(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 where a thing is within a twentieth of its shorter side of its outline."""
    import cv2

    inside = np.pad((values >= 0.5).astype(np.uint8), 1)
    reach = max(1.0, 0.05 * min(values.shape))
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    return np.asarray(depth <= reach, np.float32)


def belonging(pool: Pool, scene: Scene) -> None:
    """Leave in a pool what belongs to the owner that was named, or pointed to ("her face").

    An owner who cannot be found is an error where it would have told several things apart; else it is said.
    """
    part = pool.part
    said = part.of or words.WHOSE[part.whose]
    pool.part = replace(part, of="", whose="")
    if part.whose in ("their",):
        return
    try:
        owners, every, ambiguous = _owners(said, scene)
    except SelectionError as error:
        if part.whose and (len(pool.found) < 2 or pool.plural):
            pool.unchecked += [f"whose {pool.noun}: {part.whose}"] if len(pool.found) > 1 else []
            return
        _without_owner(pool, said, part, scene, error)
        return
    parts = _shared_out(pool, every, scene)
    for owner in owners:
        ids = [i for i, one in enumerate(every) if any(one is o for o in owner)]
        mine = [[p for p, whose in parts if whose == i] for i in ids]
        if any(mine):
            single = not pool.plural or (pool.part.all and singular(pool.noun) == pool.noun)
            if single:
                mine = [[max(m, key=prominence)] if m else [] for m in mine]
            pool.found = tuple(p for m in mine for p in m)
            pool.settled = not (pool.part.sides or pool.part.size or pool.part.rank or pool.part.count)
            note = next((str(o.detail["note"]) for o in owner if "note" in o.detail), "")
            if ambiguous and len(owners) > 1 and len({whose for _, whose in parts}) > 1:
                note = f"{note} {len(owners)} of {ambiguous} were found; took the most prominent one's."
            if note.strip() and len(every) > 1:
                pool.notes.append(note.strip())
            return
    if part.whose or (len(pool.found) == 1 and len(every) <= 1):
        pool.unchecked.append(f"of {said}")
        return
    raise not_there(f"{pool.noun} of {said}")


def _owners(said: str, scene: Scene) -> tuple[list[tuple[Instance, ...]], tuple[Instance, ...], str]:
    """Return who may be meant, the likeliest first, and everybody of that kind."""
    phrase = scene.parsed(said)
    if len(phrase.parts) == 1 and phrase.without is None and phrase.parts[0].noun not in words.EVERYTHING:
        pool = pool_of(phrase.parts[0], scene)
        if pool.open and not pool.ranked:
            ordered = sorted(pool.found, key=prominence, reverse=True)
            every = [noted(i, pool.said) for i in pool.all]
            kept = [next(e for e, a in zip(every, pool.all, strict=True) if a is o) for o in ordered]
            return [(one,) for one in kept], tuple(every), singular(pool.noun)
        picked = taken(pool, scene)
        regions = {id(p.region): p for p in picked}
        return [picked], tuple(regions.get(id(i.region), i) for i in pool.all), ""
    owners, _ = alternatives(said, scene)
    return owners, owners[0], ""


def _without_owner(pool: Pool, said: str, part: Part, scene: Scene, error: SelectionError) -> None:
    """Do what can be done where the owner cannot be found: what was said of people goes for their parts."""
    owner = scene.parsed(said).parts[0]
    tells = owner.sides or owner.size or owner.rank is not None or owner.count
    person = singular(owner.noun) in words.PEOPLE
    if len(pool.found) == 1 or (person and pool.plural and not tells):
        pool.unchecked.append(f"of {said}")
    elif person and not (owner.relations or owner.of or owner.colours):
        plural = pool.plural or owner.all or singular(owner.noun) != owner.noun
        fields = ("sides", "size", "rank", "count", "all", "ground", "other")
        pool.part = replace(pool.part, **{f: getattr(owner, f) or getattr(pool.part, f) for f in fields})
        pool.plural = plural
        pool.notes.append(f"Nobody here can find {said!r}; took it as said of the {pool.noun}.")
    else:
        raise SelectionError(
            f"Whose {pool.noun} is meant cannot be told: {error.message}",
            hint=error.hint,
            detail=error.detail,
        )


def _shared_out(pool: Pool, every: Sequence[Instance], scene: Scene) -> list[tuple[Instance, int]]:
    """Return each part with whose it is, by place among `every`; what is nobody's is left out."""
    one = singular(pool.noun)
    if one in _heads.PARTS and all(i.label == "person" for i in every):
        if "face" in one or "head" in one:
            return [(pool.found[i], j) for i, j in _heads.heads(pool.found, every).items()]
        if len(every) > 1 and len(pool.found) == 1:
            return _heads.hair_of(pool.found[0], scene.faces(), every, scene.image.size)
    if len(pool.found) == 1 and len(every) > 1:
        return _pieces(pool.found[0], every, scene.image.size)
    if len(every) == 1 and pool.plural and len(pool.found) == 1:
        return [(pool.found[0], 0)]
    placed = ((one, nearest(one, every)) for one in pool.found)
    return [(one, whose) for one, whose in placed if whose is not None]


def _pieces(one: Instance, every: Sequence[Instance], size: Size) -> list[tuple[Instance, int]]:
    """Return what belongs to each owner of one area that may be several people's (all hair): by nearness."""
    import cv2

    scale = min(1.0, COARSE / max(size.width, size.height))
    width, height = max(1, round(size.width * scale)), max(1, round(size.height * scale))
    ways = []
    for owner in every:
        there = np.zeros((size.height, size.width), np.uint8)
        there[owner.region.box.slices] = owner.region.values >= 0.5
        small = cv2.resize(there, (width, height), interpolation=cv2.INTER_NEAREST)
        ways.append(cv2.distanceTransform(1 - small, cv2.DIST_L2, cv2.DIST_MASK_5))
    whose = np.argmin(np.stack(ways), axis=0).astype(np.uint8)
    box = one.region.box
    wide = cv2.resize(whose, (size.width, size.height), interpolation=cv2.INTER_NEAREST)[box.slices]
    total = float(one.region.values.sum())
    result = []
    for i in range(len(every)):
        values = np.where(wide == i, one.region.values, np.float32(0))
        if float(values.sum()) > 0.01 * total:
            result.append((replace(one, region=Region(box, values)), i))
    return result


def related(pool: Pool, scene: Scene) -> None:
    """Leave in a pool what lies as was said by other things, the best fit first."""
    costs = [0.0] * len(pool.found)
    fits = [True] * len(pool.found)
    for relation in pool.part.relations:
        try:
            each = _costs(pool, relation, scene)
        except SelectionError as error:
            if len(pool.found) > 1:
                raise SelectionError(
                    f"'{relation.how} {relation.of}' cannot be checked: {error.message}",
                    hint=error.hint,
                    detail=error.detail,
                ) from error
            pool.unchecked.append(f"{relation.how} {relation.of}")
            continue
        if each is None:
            continue
        for i, cost in enumerate(each):
            fits[i] = fits[i] and cost is not None
            costs[i] += cost or 0.0
    order = sorted((i for i in range(len(costs)) if fits[i]), key=lambda i: costs[i])
    if not order:
        said = " and ".join(f"{r.how} {r.of}" for r in pool.part.relations)
        raise not_there(f"{singular(pool.noun)} {said}")
    pool.ranked = len({costs[i] for i in order}) > 1 or (pool.ranked and len(order) == 1)
    pool.settled = len(order) == 1
    pool.found = tuple(pool.found[i] for i in order)


def _costs(pool: Pool, relation: Relation, scene: Scene) -> list[float | None] | None:
    """Return how badly each of a pool fits a relation; None where it could only be noted."""
    how, found = relation.how, pool.found
    if how in ("with", "without"):
        return _with(pool, relation, scene)
    if how in ("behind", "near") and pool.noun in BEHIND:
        return None
    size, alone = scene.image.size, len(found) == 1
    # For each of the others that may be meant, the likeliest first: how badly each of the pool fits it.
    tried: dict[int, tuple[float, list[float | None], tuple[Instance, ...]]] = {}
    for i, one in enumerate(found):
        anchors, ambiguous = alternatives(relation.of, scene, singular(pool.noun), one)
        for anchor in anchors:
            key = id(anchor[0].region) if ambiguous else 0
            likely = prominence(anchor[0]) if ambiguous else 0.0
            _, costs, _ = tried.setdefault(key, (likely, [None] * len(found), anchor))
            costs[i] = fit(how, one, anchor, size)
    fits = [t for t in tried.values() if any(cost is not None for cost in t[1])]
    nowhere: tuple[float, list[float | None], tuple[Instance, ...]] = (0.0, [None] * len(found), ())
    _, costs, anchor = max(fits, key=lambda t: t[0], default=nowhere)
    if not fits:
        soft = how in DEPTH or how in (
            "on",
            "in",
            "near",
            "on top of",
            "at the bottom of",
            "in the middle of",
        )
        if alone and (soft or _whole(found[0], size)):
            pool.unchecked.append(f"{how} {relation.of}")
            return None
    pool.notes += [str(one.detail["note"]) for one in anchor if "note" in one.detail]
    if len(fits) > 1:
        pool.notes.append(f"{len(fits)} things may be {relation.of!r}; took the most prominent.")
    if how in DEPTH and not alone:
        pool.notes.append(
            f"One picture shows no depth: {how!r} was taken as touching it, and standing "
            f"{'lower' if how == 'in front of' else 'higher'}."
        )
    return costs


def _whole(one: Instance, size: Size) -> bool:
    """Whether a thing is all there is of its kind, spread over the picture, so that it lies by nothing."""
    box = tight(one)
    return box is not None and box.area > 0.8 * size.area


def _with(pool: Pool, relation: Relation, scene: Scene) -> list[float | None] | None:
    """Return 0 for those that have the other thing on or near them, None for the others; or the reverse."""
    found = pool.found
    wants = relation.how == "with"
    phrase = scene.parsed(relation.of)
    part = phrase.parts[0] if phrase.parts else Part("")
    tints = part.colours
    if not tints and part.noun in scene.known and scene.known[part.noun][0].name == "colour":
        tints = (part.noun,)
    elif not tints or scene.word(part.noun):
        tints = ()
    if tints and wants:
        return _tinted(pool, relation, part, tints, scene)
    try:
        things = [i for option in alternatives(relation.of, scene)[0] for i in option]
    except SelectionError as error:
        if error.detail == NOT_THERE and not wants:
            return [0.0] * len(found)
        raise
    pool.notes += [str(one.detail["note"]) for one in things if "note" in one.detail]
    having = set[int]()
    for thing in things:
        if len(things) == 1 and len(found) > 1 and thing.region.box.area > 0:
            pieces = _pieces(thing, found, scene.image.size)
            having |= {i for piece, i in pieces if nearest(piece, [found[i]]) is not None}
        elif (whose := nearest(thing, found)) is not None:
            having.add(whose)
    return [0.0 if (i in having) == wants else None for i in range(len(found))]


def _tinted(
    pool: Pool, relation: Relation, part: Part, tints: tuple[str, ...], scene: Scene
) -> list[float | None]:
    """Return how little each has of the colour of what it wears, where nobody can find the thing itself."""
    each = shares(pool.found, tints, scene.image)
    most = max(each)
    colour = " and ".join(tints)
    if most < SOFT and len(pool.found) > 1:
        return [None] * len(each)
    if most < SOFT:
        pool.unchecked.append(f"with {relation.of}")
    elif part.noun not in tints:
        pool.notes.append(f"Nobody here can find {part.noun!r}; went by how much of each is {colour}.")
    return [1 - share if share >= max(SOFT, most / 2) or most < SOFT else None for share in each]
