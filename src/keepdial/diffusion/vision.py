"""What prepares words with pictures for Qwen's model that sees, where transformers cannot.

The processor of transformers also prepares films, for which it needs torchvision, and it cannot be built
without, even for pictures. Pictures alone need the tokenizer and the image processor, which can.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

KIND = "Qwen2VLProcessor"
"""The class of transformers that needs torchvision."""


def stand_ins(path: Path, index: dict[str, Any]) -> dict[str, Any]:
    """Return the components of a checkpoint that cannot be loaded without torchvision, where it is absent.

    Args:
        path: the checkpoint's folder.
        index: its model_index.json.
    """
    from importlib.util import find_spec

    if find_spec("torchvision") is not None:
        return {}
    wanted = [name for name, entry in index.items() if isinstance(entry, list) and entry[-1] == KIND]
    return {name: for_pictures(path / name) for name in wanted}


def for_pictures(folder: Path) -> Any:
    """Return the processor that is saved in the folder, without its part for films.

    Where no tokenizer is saved with it, it is the checkpoint's, beside it.
    """
    import transformers

    class ForPictures(transformers.Qwen2VLProcessor):  # type: ignore[misc]
        """The processor of transformers, but that it is not asked for a part for films."""

        def __init__(self, image_processor: Any, tokenizer: Any) -> None:
            self.image_processor, self.tokenizer, self.video_processor = image_processor, tokenizer, None
            self.chat_template = None
            self.image_token, self.video_token = "<|image_pad|>", "<|video_pad|>"
            self.image_token_id = tokenizer.convert_tokens_to_ids(self.image_token)
            self.video_token_id = tokenizer.convert_tokens_to_ids(self.video_token)

    words = folder if (folder / "tokenizer_config.json").is_file() else folder.parent / "tokenizer"
    # Since transformers 5 the one of this name needs torchvision, and the one without has another.
    pictures = getattr(transformers, "Qwen2VLImageProcessorPil", None) or transformers.Qwen2VLImageProcessor
    return ForPictures(
        pictures.from_pretrained(folder, local_files_only=True),
        transformers.AutoTokenizer.from_pretrained(words, local_files_only=True),
    )
