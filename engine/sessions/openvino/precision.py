"""In which precision the processor computes: what was asked for, held against the machine and the bundle."""

from engine.bundle.manifest import Manifest
from engine.errors import ProviderError

#: `auto` takes bfloat16 where pictures in it are at least so near to those in float32, in dB.
LEAST_PSNR = 30.0


def chosen_precision(asked: str, manifest: Manifest, *, native: bool) -> str:
    """float32 or bfloat16.

    Args:
        asked: auto, float32 or bfloat16.
        manifest: Says what bfloat16 costs, where that was measured.
        native: Whether the processor multiplies bfloat16 natively.

    Raises:
        ProviderError: It was asked for by name, and the processor has none.
    """
    if asked == "bfloat16" and not native:
        raise ProviderError("cpu_precision bfloat16 needs a processor that computes it natively; this one does not")
    if asked != "auto":
        return asked
    measured = manifest.bfloat16_psnr
    return "bfloat16" if native and measured is not None and measured >= LEAST_PSNR else "float32"
