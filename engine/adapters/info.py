"""What is told of a registered adapter: plain data, for requests, GET /adapters and an engine in another process."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AdapterInfo:
    """One file of the adapters folder.

    Attributes:
        name: What a request calls it: the file's name without its ending.
        sha256: Digest of the file; "" where it could not be read.
        size_bytes: Length of the file.
        format: Whose names its tensors have: diffusers, peft or kohya; "" where it was refused.
        rank: Columns it takes of a forward: the greatest rank of its layers.
        layers: Layers of the UNet that it changes.
        scaling: What its product is multiplied with besides a request's scale, such as "alpha 8 / rank 4".
        licence: What the file says of its licence.
        trigger_words: Words that the file says it listens to.
        recommended_scale: The scale that the file recommends; None where it says nothing of it.
        refused: Why no request may name it; "" where one may.
    """

    name: str
    sha256: str = ""
    size_bytes: int = 0
    format: str = ""
    rank: int = 0
    layers: int = 0
    scaling: str = ""
    licence: str = ""
    trigger_words: str = ""
    recommended_scale: float | None = None
    refused: str = ""
