"""A CLIP of tiny sizes with random weights, saved as a SentenceTransformer; and pictures."""

import io
import json


def save_tiny_clip(folder):
    """Save the model in a folder; the same weights each time."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import (
        CLIPConfig,
        CLIPImageProcessor,
        CLIPModel,
        CLIPProcessor,
        CLIPTokenizer,
    )

    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    heads = {"num_attention_heads": 2}
    letters = [chr(code) for code in range(ord("!"), ord("~") + 1)]
    words = [*letters, *(f"{letter}</w>" for letter in letters)]
    vocabulary = {word: number for number, word in enumerate(words)}
    start, end = len(words), len(words) + 1
    vocabulary |= {"<|startoftext|>": start, "<|endoftext|>": end}
    plain = folder / "plain"
    plain.mkdir(parents=True)
    (plain / "vocab.json").write_text(json.dumps(vocabulary))
    (plain / "merges.txt").write_text("#version: 0.2\n")
    config = CLIPConfig(
        text_config={
            **sizes,
            **heads,
            "vocab_size": len(vocabulary),
            "max_position_embeddings": 32,
            "bos_token_id": start,
            "eos_token_id": end,
            "pad_token_id": end,
        },
        vision_config={**sizes, **heads, "image_size": 32, "patch_size": 16},
        projection_dim=16,
    )
    torch.manual_seed(0)
    CLIPModel(config).save_pretrained(plain)
    pixels = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    tokenizer = CLIPTokenizer(
        str(plain / "vocab.json"), str(plain / "merges.txt"), model_max_length=32
    )
    CLIPProcessor(pixels, tokenizer).save_pretrained(plain)
    model = folder / "clip"
    SentenceTransformer(str(plain), device="cpu").save(str(model))
    return model


def picture(colour, size=(80, 60), form="JPEG", **options):
    """A picture of one colour with a darker corner, as bytes."""
    from PIL import Image

    image = Image.new(options.pop("mode", "RGB"), size, colour)
    image.paste("black", (0, 0, size[0] // 4, size[1] // 4))
    data = io.BytesIO()
    image.save(data, form, **options)
    return data.getvalue()
