"""Downloads the files of a model that an export reads from the Hugging Face hub, and no others.

Configs, tokenizers and safetensors; never pickled weights, and never the same weights twice in two forms.
"""

import re
from collections.abc import Iterable
from pathlib import Path

HUB_TIMEOUT_SECONDS = 20.0
PIPELINE_PARTS = ("scheduler", "tokenizer", "tokenizer_2", "text_encoder", "text_encoder_2", "unet", "vae")
_ID = re.compile(r"[\w][\w.-]{0,95}/[\w][\w.-]{0,95}")
_PART_FILE = re.compile(
    r"(?:(?P<part>[a-z_0-9]+)/)?(?P<stem>diffusion_pytorch_model|model)"
    r"(?:\.(?P<variant>[^./-]+))?(?P<shard>-\d+-of-\d+)?\.safetensors"
)
_INDEX = re.compile(
    r"(?:(?P<part>[a-z_0-9]+)/)?(?P<stem>diffusion_pytorch_model|model)\.safetensors\.index"
    r"(?:\.(?P<variant>[^./-]+))?\.json"
)
_TEXT = re.compile(r"(?:[a-z_0-9]+/)?[\w.-]+\.(?:json|txt)")


def is_hub_id(text: str) -> bool:
    """Whether a text can be owner/name on the hub and is no path on this machine."""
    return _ID.fullmatch(text) is not None and not Path(text).exists()


def download(
    repository: str,
    *,
    parts: Iterable[str] = PIPELINE_PARTS,
    variant: str | None = None,
) -> Path:
    """The folder with a repository's files, from the local cache where they are there.

    Args:
        repository: owner/name.
        parts: Folders to take files from, besides those on top.
        variant: Which weights, such as fp16; None takes the plain ones, or the only variant.

    Raises:
        ValueError: The repository cannot be had; the message says why.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        names = [file.rfilename for file in HfApi().model_info(repository, timeout=HUB_TIMEOUT_SECONDS).siblings or ()]
        wanted = wanted_files(names, parts=parts, variant=variant)
        if not any(name.endswith(".safetensors") for name in wanted):
            raise ValueError(f"{repository}: the repository has no such weights as .safetensors")
        return Path(snapshot_download(repository, allow_patterns=wanted))
    except HFValidationError as error:
        raise ValueError(f"{repository}: {error}") from error
    except ValueError:
        raise
    except HfHubHTTPError as error:
        status = error.response.status_code
        hint = "; accept its licence on the hub and set HF_TOKEN" if status in (401, 403) else ""
        raise ValueError(f"{repository}: no such folder, and the hub answers {status}{hint}") from error
    except Exception as error:  # of the HTTP library that the hub's client happens to use: it translates no others
        return _from_cache(repository, error)


def _from_cache(repository: str, error: Exception) -> Path:
    """What an earlier download left, where the hub does not answer."""
    from huggingface_hub import try_to_load_from_cache

    for name in ("model_index.json", "config.json", "unet/config.json"):
        path = try_to_load_from_cache(repository, name)
        if isinstance(path, str):
            return Path(path.removesuffix(name))
    reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
    raise ValueError(
        f"{repository}: no such folder, not downloaded before, and the hub cannot be reached ({reason})"
    ) from error


def wanted_files(
    names: Iterable[str], *, parts: Iterable[str] = PIPELINE_PARTS, variant: str | None = None
) -> list[str]:
    """Names of the files to download of those a repository has.

    Of each part the weights of the variant, or the plain ones; where none is asked for, the plain ones, or the only
    variant there is.
    """
    folders = {"", *parts}
    weights: dict[str, dict[str | None, list[str]]] = {}
    wanted = []
    for name in sorted(names):
        part = name.rpartition("/")[0]
        if part not in folders:
            continue
        match = _PART_FILE.fullmatch(name) or _INDEX.fullmatch(name)
        if match is not None:
            weights.setdefault(part, {}).setdefault(match["variant"], []).append(name)
        elif _TEXT.fullmatch(name):
            wanted.append(name)
    for variants in weights.values():
        chosen = variant if variant in variants else None
        if chosen is None and None not in variants and variant is None and len(variants) == 1:
            [chosen] = variants
        wanted.extend(variants.get(chosen, ()))
    return sorted(wanted)
