"""What people call the 80 things that the detector knows, and what the segmenter calls them."""

from __future__ import annotations

from keepdial.networks.names import COCO

SYNONYMS: dict[str, tuple[str, ...]] = {
    # one thing
    **dict.fromkeys(("man", "woman", "guy", "girl", "boy", "child", "kid", "lady", "baby"), ("person",)),
    **dict.fromkeys(("human", "pedestrian", "passerby", "bystander", "tourist", "stranger"), ("person",)),
    **dict.fromkeys(("people", "crowd", "player", "rider", "worker"), ("person",)),
    **dict.fromkeys(("bike", "pushbike", "cycle"), ("bicycle",)),
    **dict.fromkeys(("automobile", "sedan", "van", "suv", "taxi", "cab", "jeep"), ("car",)),
    **dict.fromkeys(("motorbike", "moped", "scooter"), ("motorcycle",)),
    **dict.fromkeys(("plane", "aeroplane", "aircraft", "jet", "airliner"), ("airplane",)),
    **dict.fromkeys(("lorry", "pickup"), ("truck",)),
    **dict.fromkeys(("coach", "minibus"), ("bus",)),
    **dict.fromkeys(("locomotive", "tram"), ("train",)),
    **dict.fromkeys(("ship", "sailboat", "yacht", "canoe", "kayak", "ferry", "dinghy"), ("boat",)),
    **dict.fromkeys(("stoplight", "traffic signal"), ("traffic light",)),
    "hydrant": ("fire hydrant",),
    **dict.fromkeys(("seagull", "gull", "pigeon", "duck", "parrot", "owl", "goose", "swan"), ("bird",)),
    **dict.fromkeys(("kitten", "kitty"), ("cat",)),
    **dict.fromkeys(("puppy", "hound"), ("dog",)),
    **dict.fromkeys(("pony", "foal"), ("horse",)),
    "lamb": ("sheep",),
    **dict.fromkeys(("bull", "calf", "cattle"), ("cow",)),
    **dict.fromkeys(("rucksack", "knapsack"), ("backpack",)),
    **dict.fromkeys(("parasol", "brolly"), ("umbrella",)),
    **dict.fromkeys(("purse", "tote"), ("handbag",)),
    **dict.fromkeys(("necktie", "bow tie"), ("tie",)),
    "ski": ("skis",),
    **dict.fromkeys(("ball", "football", "soccer ball", "basketball", "tennis ball"), ("sports ball",)),
    "racket": ("tennis racket",),
    **dict.fromkeys(("wineglass", "goblet"), ("wine glass",)),
    **dict.fromkeys(("mug", "teacup", "coffee cup", "coffee mug", "tumbler"), ("cup",)),
    **dict.fromkeys(("doughnut",), ("donut",)),
    "hotdog": ("hot dog",),
    **dict.fromkeys(("armchair", "stool", "seat"), ("chair",)),
    **dict.fromkeys(("sofa", "settee"), ("couch",)),
    **dict.fromkeys(("houseplant", "flowerpot"), ("potted plant",)),
    **dict.fromkeys(("table", "desk"), ("dining table",)),
    **dict.fromkeys(("television", "tv monitor", "monitor", "screen"), ("tv",)),
    **dict.fromkeys(("notebook computer", "computer"), ("laptop",)),
    "computer mouse": ("mouse",),
    **dict.fromkeys(("remote control",), ("remote",)),
    **dict.fromkeys(
        ("phone", "mobile", "mobile phone", "cellphone", "smartphone", "telephone"), ("cell phone",)
    ),
    **dict.fromkeys(("fridge",), ("refrigerator",)),
    **dict.fromkeys(("washbasin", "basin"), ("sink",)),
    "scissor": ("scissors",),
    **dict.fromkeys(("teddy", "stuffed animal", "plush"), ("teddy bear",)),
    **dict.fromkeys(("hair dryer", "hairdryer"), ("hair drier",)),
    # one of several things
    "glass": ("wine glass", "cup"),
    "bag": ("handbag", "backpack", "suitcase"),
    "luggage": ("suitcase", "backpack"),
    "vehicle": ("car", "truck", "bus", "motorcycle", "bicycle", "train", "boat", "airplane"),
    "animal": (*COCO[14:24],),
    "pet": ("cat", "dog"),
    "fruit": ("banana", "apple", "orange"),
    "food": (*COCO[46:56],),
    "cutlery": ("fork", "knife", "spoon"),
    "furniture": ("chair", "couch", "bed", "dining table"),
    "plant": ("potted plant",),
}

THINGS: dict[str, tuple[str, ...]] = {**{label: (label,) for label in COCO}, **SYNONYMS}
"""For each word, in the singular and lower case, the detector's names that may be meant."""

VOC: dict[str, str] = {
    "airplane": "aeroplane",
    "motorcycle": "motorbike",
    "couch": "sofa",
    "tv": "tv monitor",
    **{
        name: name
        for name in (
            *(
                "bicycle",
                "bird",
                "boat",
                "bottle",
                "bus",
                "car",
                "cat",
                "chair",
                "cow",
                "dining table",
                "dog",
            ),
            *("horse", "person", "potted plant", "sheep", "train"),
        )
    },
}
"""The detector's names that the segmenter of VOC classes knows, and what it calls them."""

ROUND: frozenset[str] = frozenset(
    (
        *("cup", "bowl", "wine glass", "vase", "apple", "orange", "donut", "pizza", "cake", "sports ball"),
        *("clock", "stop sign", "bottle", "frisbee", "toilet", "sink", "mouse"),
    )
)
"""Things that fill the ellipse in their box and little beyond it, from most sides."""

BOXY: frozenset[str] = frozenset(
    (
        *("car", "bus", "truck", "train", "suitcase", "tv", "laptop", "microwave", "oven", "toaster", "book"),
        *("refrigerator", "remote", "keyboard", "cell phone", "traffic light", "parking meter", "handbag"),
        *("backpack", "couch", "bed", "fire hydrant"),
    )
)
"""Things that fill the middle of their box, from most sides, and perhaps its corners."""
