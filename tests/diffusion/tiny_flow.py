"""Tiny checkpoints of the models that learn straight flows: SD3, FLUX, Qwen-Image, Z-Image and their kin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.diffusion.tiny import builder, clip_text, tokenizer, vae

SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
"""Tokens of Qwen that are one word each."""


def lively(model: Any, by: float = 2.0) -> Any:
    """Return the model with larger weights, so that what it is given shows in what it returns."""
    import torch

    with torch.no_grad():
        for weights in model.parameters():
            if weights.ndim > 1:
                weights *= by
    return model.eval()


def flow(**more: Any) -> Any:
    """Return the scheduler of straight flows."""
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(**more)


def flow_vae() -> Any:
    """Return an autoencoder as SD3 and FLUX have it: 8 times smaller, here with four channels."""
    return vae(4, levels=4, quant=False, shift_factor=0.06, scaling_factor=1.5, layers_per_block=1)


def t5() -> tuple[Any, Any]:
    """Return (tokenizer, encoder) of T5: each letter is a token."""
    from transformers import T5Config, T5EncoderModel, T5Tokenizer

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(chr(c), -3.0) for c in range(33, 127)]
    words = T5Tokenizer(vocab=pieces, extra_ids=0)
    config = T5Config(
        vocab_size=len(pieces), d_model=32, d_kv=8, d_ff=16, num_layers=1, num_heads=4, dropout_rate=0.0
    )
    return words, T5EncoderModel(config).eval()


def qwen_words() -> Any:
    """Return the tokenizer of Qwen2: each byte is a token, and so is each of `SPECIAL`."""
    from tokenizers import pre_tokenizers
    from transformers import Qwen2Tokenizer

    letters = {c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    words = Qwen2Tokenizer(vocab=letters, merges=[], additional_special_tokens=list(SPECIAL[1:]))
    words.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    return words


def qwen_sees(words: Any, hidden: int = 32) -> Any:
    """Return Qwen2.5-VL of one layer for words and one for pictures."""
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    ids = words.convert_tokens_to_ids(list(SPECIAL))
    known = dict(zip(SPECIAL, ids, strict=True))
    config = Qwen2_5_VLConfig(
        text_config={
            "hidden_size": hidden,
            "intermediate_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "vocab_size": len(words),
            "rope_scaling": {"mrope_section": [2, 3, 3], "rope_type": "default", "type": "default"},
            "rope_theta": 1000000.0,
            "bos_token_id": known["<|endoftext|>"],
            "eos_token_id": known["<|endoftext|>"],
        },
        vision_config={
            "depth": 1,
            "hidden_size": 32,
            "intermediate_size": 32,
            "num_heads": 2,
            "out_hidden_size": hidden,
            "fullatt_block_indexes": [0],
        },
        vocab_size=len(words),
        image_token_id=known["<|image_pad|>"],
        video_token_id=known["<|video_pad|>"],
        vision_start_token_id=known["<|vision_start|>"],
        vision_end_token_id=known["<|vision_end|>"],
    )
    return Qwen2_5_VLForConditionalGeneration(config).eval()


def qwen_vae() -> Any:
    """Return the autoencoder of Qwen-Image: of films, used for one frame."""
    from diffusers import AutoencoderKLQwenImage

    made = AutoencoderKLQwenImage(
        base_dim=8,
        z_dim=4,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        latents_mean=[0.0] * 4,
        latents_std=[1.0] * 4,
    )
    return lively(made)


def processor(folder: Path, name: str, words: Any) -> None:
    """Write a processor of Qwen2-VL into a saved checkpoint.

    By hand, since its class can only be built where torchvision is installed.
    """
    from transformers import Qwen2VLImageProcessorPil

    part = folder / name
    Qwen2VLImageProcessorPil(min_pixels=28 * 28, max_pixels=56 * 56).save_pretrained(part)
    words.save_pretrained(part)
    index = json.loads((folder / "model_index.json").read_text())
    index[name] = ["transformers", "Qwen2VLProcessor"]
    (folder / "model_index.json").write_text(json.dumps(index))


def _flux(folder: Path, kind: str, inputs: int = 16, **more: Any) -> None:
    import diffusers

    words = tokenizer(folder / "words")
    words_2, encoder_2 = t5()
    transformer = diffusers.FluxTransformer2DModel(
        in_channels=inputs,
        out_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        pooled_projection_dim=32,
        guidance_embeds=True,
        axes_dims_rope=(4, 4, 8),
    )
    getattr(diffusers, kind)(
        scheduler=flow(use_dynamic_shifting=True),
        vae=flow_vae(),
        text_encoder=clip_text(len(words)),
        tokenizer=words,
        text_encoder_2=encoder_2,
        tokenizer_2=words_2,
        transformer=lively(transformer),
        **more,
    ).save_pretrained(folder, safe_serialization=True)


@builder
def FluxPipeline(folder: Path) -> None:
    _flux(folder, "FluxPipeline")


@builder
def FluxFillPipeline(folder: Path) -> None:
    # What it is shown: noise, the picture without the hole, and the hole: 2 x 2 patches of 4, 4 and 64.
    _flux(folder, "FluxFillPipeline", 16 + 16 + 256)


@builder
def FluxKontextPipeline(folder: Path) -> None:
    _flux(folder, "FluxKontextPipeline")


@builder
def StableDiffusion3Pipeline(folder: Path) -> None:
    import diffusers

    words = tokenizer(folder / "words")
    words_3, encoder_3 = t5()
    transformer = diffusers.SD3Transformer2DModel(
        sample_size=16,
        patch_size=2,
        in_channels=4,
        num_layers=1,
        attention_head_dim=8,
        num_attention_heads=4,
        caption_projection_dim=32,
        joint_attention_dim=32,
        pooled_projection_dim=64,
        out_channels=4,
        qk_norm="rms_norm",
    )
    diffusers.StableDiffusion3Pipeline(
        transformer=lively(transformer),
        scheduler=flow(shift=3.0),
        vae=flow_vae(),
        text_encoder=clip_text(len(words), 32, projected=True),
        tokenizer=words,
        text_encoder_2=clip_text(len(words), 32, projected=True),
        tokenizer_2=words,
        text_encoder_3=encoder_3,
        tokenizer_3=words_3,
    ).save_pretrained(folder, safe_serialization=True)


def _qwen(folder: Path, kind: str) -> None:
    import diffusers

    words = qwen_words()
    transformer = diffusers.QwenImageTransformer2DModel(
        in_channels=16,
        out_channels=4,
        num_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        axes_dims_rope=(4, 4, 8),
    )
    sees = "Edit" in kind
    getattr(diffusers, kind)(
        scheduler=flow(use_dynamic_shifting=True),
        vae=qwen_vae(),
        text_encoder=qwen_sees(words),
        tokenizer=words,
        transformer=lively(transformer),
        **({"processor": None} if sees else {}),
    ).save_pretrained(folder, safe_serialization=True)
    if sees:
        processor(folder, "processor", words)


@builder
def QwenImagePipeline(folder: Path) -> None:
    _qwen(folder, "QwenImagePipeline")


@builder
def QwenImageEditPipeline(folder: Path) -> None:
    _qwen(folder, "QwenImageEditPipeline")


@builder
def QwenImageEditPlusPipeline(folder: Path) -> None:
    _qwen(folder, "QwenImageEditPlusPipeline")


def qwen3(words: Any, layers: int) -> Any:
    """Return Qwen3, a model of words alone."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    config = Qwen3Config(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=8,
        vocab_size=len(words),
        max_position_embeddings=512,
        bos_token_id=None,
        eos_token_id=words.convert_tokens_to_ids(SPECIAL[0]),
        pad_token_id=words.convert_tokens_to_ids(SPECIAL[0]),
    )
    return Qwen3ForCausalLM(config).eval()


@builder
def ZImagePipeline(folder: Path) -> None:
    import diffusers

    words = qwen_words()
    transformer = diffusers.ZImageTransformer2DModel(
        in_channels=4,
        dim=32,
        n_layers=1,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=16,
        axes_dims=[8, 4, 4],
        axes_lens=[1024, 64, 64],
    )
    diffusers.ZImagePipeline(
        scheduler=flow(shift=3.0),
        vae=flow_vae(),
        text_encoder=qwen3(words, 2),
        tokenizer=words,
        transformer=lively(transformer),
    ).save_pretrained(folder, safe_serialization=True)


@builder
def Flux2KleinPipeline(folder: Path) -> None:
    import diffusers

    words = qwen_words()
    transformer = diffusers.Flux2Transformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        # Layers 9, 18 and 27 of what reads the words, side by side.
        joint_attention_dim=3 * 16,
        timestep_guidance_channels=16,
        axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=False,
    )
    diffusers.Flux2KleinPipeline(
        scheduler=flow(use_dynamic_shifting=True),
        vae=flux2_vae(),
        text_encoder=qwen3(words, 28),
        tokenizer=words,
        transformer=lively(transformer),
    ).save_pretrained(folder, safe_serialization=True)


def flux2_vae() -> Any:
    """Return the autoencoder of FLUX.2, whose latents are normalised by statistics of their own."""
    from diffusers import AutoencoderKLFlux2

    return AutoencoderKLFlux2(
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        sample_size=32,
    ).eval()


def _longcat(folder: Path, kind: str) -> None:
    import diffusers

    words = qwen_words()
    transformer = diffusers.LongCatImageTransformer2DModel(
        # LongCat has 16 channels of latents, in 2 x 2 patches: its pipeline says so itself.
        in_channels=64,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        pooled_projection_dim=32,
        axes_dims_rope=[4, 4, 8],
    )
    getattr(diffusers, kind)(
        scheduler=flow(use_dynamic_shifting=True),
        vae=vae(16, levels=4, quant=False, shift_factor=0.06, scaling_factor=1.5, layers_per_block=1),
        text_encoder=qwen_sees(words),
        tokenizer=words,
        text_processor=_Nothing(),
        transformer=lively(transformer),
    ).save_pretrained(folder, safe_serialization=True)
    processor(folder, "text_processor", words)


@builder
def LongCatImagePipeline(folder: Path) -> None:
    _longcat(folder, "LongCatImagePipeline")


@builder
def LongCatImageEditPipeline(folder: Path) -> None:
    _longcat(folder, "LongCatImageEditPipeline")


class _Nothing:
    """Stands where a processor is to be written by hand."""

    image_processor = None


@builder
def ChromaPipeline(folder: Path) -> None:
    import diffusers

    words, encoder = t5()
    transformer = diffusers.ChromaTransformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        axes_dims_rope=(4, 4, 8),
        approximator_num_channels=8,
        approximator_hidden_dim=16,
        approximator_layers=1,
    )
    diffusers.ChromaPipeline(
        scheduler=flow(use_dynamic_shifting=True),
        vae=flow_vae(),
        text_encoder=encoder,
        tokenizer=words,
        transformer=lively(transformer),
    ).save_pretrained(folder, safe_serialization=True)


def gemma() -> tuple[Any, Any]:
    """Return (tokenizer, encoder) of Gemma 2: each letter is a token."""
    from transformers import Gemma2Config, Gemma2Model, GemmaTokenizer

    special = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁")
    known = {one: i for i, one in enumerate((*special, *map(chr, range(33, 127))))}
    config = Gemma2Config(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        vocab_size=len(known),
        max_position_embeddings=8192,
    )
    return GemmaTokenizer(vocab=known, merges=[]), Gemma2Model(config).eval()


@builder
def Lumina2Pipeline(folder: Path) -> None:
    import diffusers

    words, encoder = gemma()
    transformer = diffusers.Lumina2Transformer2DModel(
        sample_size=4,
        in_channels=4,
        hidden_size=24,
        num_layers=1,
        num_refiner_layers=1,
        num_attention_heads=1,
        num_kv_heads=1,
        multiple_of=2,
        axes_dim_rope=(8, 8, 8),
        axes_lens=(300, 64, 64),
        cap_feat_dim=16,
    )
    diffusers.Lumina2Pipeline(
        scheduler=flow(shift=6.0),
        vae=flow_vae(),
        text_encoder=encoder,
        tokenizer=words,
        transformer=lively(transformer),
    ).save_pretrained(folder, safe_serialization=True)


@builder
def SanaPipeline(folder: Path) -> None:
    import diffusers

    words, encoder = gemma()
    transformer = diffusers.SanaTransformer2DModel(
        in_channels=4,
        out_channels=4,
        num_layers=1,
        num_attention_heads=2,
        attention_head_dim=4,
        num_cross_attention_heads=2,
        cross_attention_head_dim=4,
        cross_attention_dim=8,
        caption_channels=16,
        sample_size=4,
        patch_size=1,
    )
    vae = diffusers.AutoencoderDC(
        latent_channels=4,
        attention_head_dim=2,
        encoder_block_types=("ResBlock", "EfficientViTBlock"),
        decoder_block_types=("ResBlock", "EfficientViTBlock"),
        encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8),
        encoder_qkv_multiscales=((), (5,)),
        decoder_qkv_multiscales=((), (5,)),
        encoder_layers_per_block=(1, 1),
        decoder_layers_per_block=(1, 1),
        downsample_block_type="conv",
        upsample_block_type="interpolate",
        decoder_norm_types="rms_norm",
        decoder_act_fns="silu",
        scaling_factor=0.4,
    )
    diffusers.SanaPipeline(
        scheduler=diffusers.DPMSolverMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        ),
        vae=vae.eval(),
        text_encoder=encoder,
        tokenizer=words,
        transformer=lively(transformer),
    ).save_pretrained(folder, safe_serialization=True)
