"""Restyle: the picture redrawn in another style, told in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._prompt import Painted, Prompt, pictures

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

KEEP = 0.2
"""The dial when nobody turns it.

What the picture shows is to stay where it is, and every surface becomes another. Five filters that redraw a
photograph and hold all its outlines kept of the 24 Kodak photographs, in the median: a grey pencil drawing
0.00, blocks of 8 px 0.02, coloured pencil 0.04, an edge-preserving "cartoon" 0.23, flat patches of colour
0.41. So 0.2 is a style that shows, with the picture still to be known.
"""


class _Style(Params):
    prompt: Prompt = Field(description="The style, in words.")
    feather: float = Field(
        default=0.0, ge=0, le=1000, description="Pixels over which the edge is blended with the old, inwards."
    )


class RestyleParams(Painted, _Style):
    """Which style; how far it goes is the dial's."""

    told: ClassVar[bool] = True


def stage(image: Image, selection: Selection, params: RestyleParams, settings: Settings) -> Stage:
    """Free the selected region, or the whole picture; it is what is redrawn, so it serves as example."""
    pictures(params.reference)
    return Stage(image, selection.mask, examples="everywhere", feather=params.feather)


_STYLES = (
    "watercolour|watercolor|oil painting|acrylic painting|painting|sketch|drawing|cartoon|comic|comic "
    "book|comic strip|anime|manga|mosaic|engraving|etching|woodcut|stained glass|pixel art|pop art|"
    "line art|mural|illustration|print|sculpture|statue|collage|mosaics|fresco|poster|tapestry|"
    "graffiti|caricature|doodle|emoji|ukiyo-e|cave painting|screenprint|linocut|origami|embroidery|"
    "lithograph|clip art|vector art|coloring page|figurine|manuscript|icon|blueprint|claymation|style|"
    "3d render|rendering|render|artwork|muralism|art deco|painting by hand|animation|pixar movie|movie|"
    "postcard|album cover|book cover|magazine cover|stamp|window"
)
"""What a picture can be made to look like: works and their techniques."""

_SCHOOLS = (
    "impressionism|impressionist|cubism|cubist|surrealism|surrealist|pointillism|pointillist|"
    "expressionism|expressionist|minimalism|baroque|renaissance|rococo|art nouveau|art deco|bauhaus|"
    "pop art|pixel art|pixel-art|line art|cyberpunk|steampunk|vaporwave|synthwave|anime|manga|"
    "watercolour|watercolor|watercolours|watercolors|oil painting|oil-painting|impasto|ukiyo-e|low "
    "poly|claymation|cel shading|comic book|graffiti|stained glass|pencil sketch|pencil-sketch|"
    "charcoal|gouache|pastel drawing|ink wash|ghibli|lego|voxel|noir|dr. seuss|fauvism|dadaism|gothic "
    "art|abstract"
)
"""Names that mean a style by themselves."""

_MAKE = "turn|make|convert|transform|change|render|transfer|transmute|redo|have|let"

_PICTURE = "it|picture|photo|image|this|everything|scene|be|that"


OPERATION = Operation(
    "restyle",
    "Redraw the picture in another style, in words.",
    RestyleParams,
    default_keep=KEEP,
    stage=stage,
    done="Restyled",
    target="optional",
    blends=False,
    # A face or a line of text left as it was would be a piece of photograph in a painting.
    auto_pins=False,
    examples=(
        "restyle photo.jpg --prompt 'a watercolour' -o watercolour.jpg",
        "restyle photo.jpg --what 'the background' --prompt 'a charcoal drawing' --keep 0.4 -o drawn.jpg",
    ),
    says=(
        Saying(
            (
                "in (the|) style of {rest}",
                "in manner of {rest}",
                "(into|to) style of {rest}",
                "{rest} (style|aesthetic|aesthetics|styled)",
                (
                    "(stylise|stylize|restyle|redraw|render|repaint|reimagine|draw|paint|sketch) (it|) (as|"
                    "in|like) {rest}"
                ),
                (
                    "(transfer|transform|convert|turn|change|render|make|redo|repaint|recreate|style) "
                    "{thing} (into|in|to|with|as) {new} (style|aesthetic|aesthetics)"
                ),
                "(draw|paint|sketch|redraw|repaint|render) (me|us) (as|in|like) {rest}",
                "with {rest} techniques",
                "as if (painted|drawn) by {rest}",
                "by (van gogh|picasso|monet|dali|rembrandt|hokusai|warhol|klimt|vermeer)",
            ),
        ),
        Saying(
            (
                f"(as|like|into|resemble) {{style:{_STYLES}}}",
                f"(as|like|into|resemble) {{style:{_STYLES}}} (by|of|from|with) {{rest}}",
                f"({_MAKE}) ({_PICTURE}) (into|to|in|as|be|like|look like|) {{style:{_STYLES}}}",
                (
                    f"({_MAKE}) ({_PICTURE}) (into|to|in|as|be|like|look like|) {{style:{_STYLES}}} (by|of|"
                    "from|with|in) {rest}"
                ),
                f"medium of {{style:{_STYLES}}}",
                f"{{style:{_STYLES}}} (effect|look|filter|aesthetic|aesthetics)",
            ),
        ),
        Saying(
            (
                f"({_SCHOOLS})",
                f"({_SCHOOLS}) (style|painting|drawing|effect|filter|look|aesthetic|aesthetics|print|art)",
            ),
            sure=0.85,
        ),
        Saying(("(cartoonify|cartoonise|cartoonize|cartoonish|painterly|cartoony|stylised|stylized)",)),
    ),
    asks=(
        "make it look like a watercolour",
        "turn the photo into a pencil sketch",
        "I'd like it in the style of an old woodcut",
    ),
)
