"""One worked example of every request and answer, used by the OpenAPI document and its tests.

Offsets and texts belong together; the data of answered pictures is shortened.
"""

from typing import Any

from engine import __version__

DESCRIPTION = "A full-body shot of a young woman with short red hair, a blue denim jacket and white sneakers, in a park"


def _span(group: str, text: str) -> dict[str, Any]:
    start = DESCRIPTION.index(text)
    return {"group": group, "start": start, "end": start + len(text), "text": text, "weight": 1.0}


GROUPS = [
    _span("shot", "A full-body shot"),
    _span("person", "a young woman"),
    _span("hair", "short red hair"),
    _span("outerwear", "a blue denim jacket"),
    _span("footwear", "white sneakers"),
    _span("background", "in a park"),
]

TEXTS = {
    "groups": GROUPS,
    "negatives": [],
    "drawn": DESCRIPTION,
    "negative": "",
    "ignored": [],
    "warnings": [],
}

ID = "6f0e2c5f8a2b4a17b0c4f6ad3c1d9e55"
SETTLED = {
    "id": ID,
    "model": "figurine",
    "seed": 7,
    "image_index": 0,
    "width": 128,
    "height": 192,
    "steps": 20,
    "guidance_scale": 4.0,
    "sampler": "ddim",
    "variant": "full",
    "decoder": "full",
    "loras": {"pencil": 0.8},
    "guidance_interval": [0.0, 1.0],
    "strength": None,
    "second_pass": None,
    "description": DESCRIPTION,
    **TEXTS,
}
PICTURE = {
    "index": 0,
    "seed": 7,
    "image_index": 0,
    "media_type": "image/png",
    "data": "iVBORw0KGgoAAAANSUhEUg==",
    "width": 128,
    "height": 192,
}
TIMINGS = {
    "queue_seconds": 0.0,
    "text_seconds": 0.01,
    "init_image_seconds": 0.0,
    "denoise_seconds": 0.92,
    "decode_seconds": 0.12,
    "encode_seconds": 0.01,
    "total_seconds": 1.06,
}
GENERATE_ANSWER = SETTLED | {"images": [PICTURE], "timings": TIMINGS}
PARSE_ANSWER = {
    "text": "a man in a coat <lora:film:0.8>, no hat",
    "groups": [
        {"group": "person", "start": 0, "end": 5, "text": "a man", "weight": 1.0},
        {"group": "outerwear", "start": 9, "end": 15, "text": "a coat", "weight": 1.0},
        {"group": "negated", "start": 33, "end": 39, "text": "no hat", "weight": 1.0},
    ],
    "negatives": [{"group": "headwear", "text": "hat"}],
    "drawn": "a man in a coat",
    "negative": "hat",
    "ignored": [
        {
            "start": 16,
            "end": 31,
            "text": "<lora:film:0.8>",
            "why": "a network of another tool: a description loads none",
        }
    ],
    "warnings": [],
}

#: A whole picture of 8 x 12 red pixels.
RED_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAMCAIAAADQ/GvKAAAAFUlEQVR42mPcomHDgA0wMeAAI1cCAFWzATCrm9VJAAAAAElFTkSuQmCC"
#: ATR-18 labels of 8 x 12 pixels: a dress before the background, the rest free.
LABELS_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAMCAAAAAB69aNBAAAAIklEQVR42mNkYPjPwMDAyMDEAAV4GCwMDByE1MAZ"
    "jBgmAwB/wAIheDPa0gAAAABJRU5ErkJggg=="
)
#: The points of a pose: arms down, seen from the front, the legs outside the picture.
POSE = [
    *([0.5, 0.17], [0.5, 0.27], [0.36, 0.3], [0.34, 0.45], [0.33, 0.58], [0.64, 0.3], [0.66, 0.45], [0.67, 0.58]),
    *([0.42, 0.62], None, None, [0.58, 0.62], None, None, [0.47, 0.14], [0.53, 0.14], [0.42, 0.15], [0.58, 0.15]),
]
MINIMAL_BODY = {"description": DESCRIPTION}
GROUPS_BODY = {
    "groups": {"shot": "a full-body shot", "person": "a young woman", "hair": "short red hair", "negated": "no hat"},
    "weights": {"hair": 1.3},
}
FULL_BODY = {
    "description": DESCRIPTION,
    "groups": {"footwear": "black boots"},
    "weights": {"outerwear": 1.2},
    "negative_description": "hat",
    "width": 128,
    "height": 192,
    "steps": 20,
    "guidance_scale": 4.0,
    "sampler": "ddim",
    "variant": "full",
    "decoder": "full",
    "loras": {"pencil": 0.8},
    "control": {"layout": LABELS_PNG, "scale": 1.0, "until": 0.8},
    "seed": 7,
    "image_index": 0,
    "num_images": 1,
    "image_format": "jpeg",
    "image_quality": 90,
    "cutout": False,
    "attention": False,
    "priority": "normal",
    "deadline_seconds": 30.0,
    "guidance_interval": [0.2, 0.8],
    "init_image": RED_PNG,
    "strength": 0.6,
    "second_pass": {"strength": 0.3, "scale": 1.0, "steps": 20, "guidance_scale": 4.0},
}

PREVIEWS_BODY = {"description": DESCRIPTION, "preview_every": 5}
CONTROL_BODY = {"description": DESCRIPTION, "control": {"pose": POSE, "scale": 1.2}}
ATTENTION_BODY = {"description": DESCRIPTION, "attention": True}

EVENTS = """\
id: 1
event: queued
data: {"id":"6f0e2c5f","position":0}

id: 2
event: started
data: {"id":"6f0e2c5f","model":"figurine","seed":7,"image_index":0,"width":128,"height":192,"steps":20,\
"guidance_scale":4.0,"sampler":"ddim","variant":"full","decoder":"full","guidance_interval":[0.0,1.0],\
"description":"a woman in a red dress","groups":[],"negatives":[],\
"drawn":"a woman in a red dress","negative":"","ignored":[],"warnings":[]}

id: 3
event: step
data: {"completed":1,"total":20}

id: 4
event: preview
data: {"index":0,"completed":1,"total":20,"media_type":"image/webp","data":"UklGRhoAAABXRUJQ","width":64,"height":96}

id: 5
event: image
data: {"index":0,"seed":7,"image_index":0,"media_type":"image/png","data":"iVBORw0KGgo=","width":128,"height":192}

id: 6
event: finished
data: {"id":"6f0e2c5f","timings":{"queue_seconds":0.0,"text_seconds":0.01,"init_image_seconds":0.0,\
"denoise_seconds":0.92,"decode_seconds":0.12,"encode_seconds":0.01,"total_seconds":1.06}}

"""

GROUP_ROWS = [
    {"group": "hair", "summary": "hair colour, style, length; bald", "regions": [2], "slots": [3]},
    {"group": "footwear", "summary": "shoes, boots, sandals, barefoot", "regions": [9, 10], "slots": [9]},
]

MODEL = {
    "name": "figurine",
    "family": "sd",
    "version": "0123456789ab",
    "licence": "Apache-2.0",
    "widths": {"minimum": 128, "maximum": 192, "multiple": 16},
    "heights": {"minimum": 128, "maximum": 192, "multiple": 16},
    "sizes": [[128, 192], [160, 160], [192, 128]],
    "max_pixels": None,
    "default_width": 128,
    "default_height": 192,
    "default_steps": 20,
    "max_steps": 100,
    "default_guidance_scale": 4.0,
    "max_guidance_scale": 30.0,
    "default_sampler": "ddim",
    "samplers": ["ddim", "euler", "euler_a", "dpmpp_2m", "dpmpp_2m_karras", "pndm", "lcm"],
    "sampler_steps": {"lcm": 50},
    "max_images": 8,
    "max_characters": 2200,
    "takes_init_image": True,
    "change_groups": ["hair", "top", "outerwear"],
    "controls": {"layout": 16, "pose": 16},
    "variants": ["full", "few_steps"],
    "few_steps": {"steps": 4, "sampler": "ddim"},
    "decoders": ["full", "fast"],
    "previews": True,
    "regions": True,
    "attention": True,
    "adapted_attention": True,
    "image_formats": ["png", "jpeg", "webp"],
}

ADAPTERS = {
    "max_columns": 128,
    "adapters": [
        {
            "name": "pencil",
            "sha256": "9f2c6b1d0e3a4c5d8e7f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5",
            "size_bytes": 262144,
            "format": "diffusers",
            "rank": 4,
            "layers": 70,
            "scaling": "alpha 8 / rank 4",
            "licence": "Apache-2.0",
            "trigger_words": "",
            "recommended_scale": 0.7,
            "refused": None,
        },
        {
            "name": "face",
            "sha256": "",
            "size_bytes": 9437184,
            "format": "",
            "rank": 0,
            "layers": 0,
            "scaling": "",
            "licence": "",
            "trigger_words": "",
            "recommended_scale": None,
            "refused": "of its 264 tensors the graph cannot take 72 of a text encoder: "
            "'lora_te_text_model_encoder_layers_0_mlp_fc1.alpha'; `cosmicman export --lora` may merge them",
        },
    ],
}

STATUS_ANSWER: dict[str, Any] = {
    "version": __version__,
    "model": "figurine",
    "model_version": "0123456789ab",
    "state": "ready",
    "uptime_seconds": 93600.0,
    "running": {"high": 0, "normal": 3, "low": 1},
    "waiting": {"high": 0, "normal": 2, "low": 0},
    "undecoded": 1,
    "minutes": 5.0,
    "steps_per_second": 41.2,
    "images_per_minute": 98.5,
    "mean_rows": 5.4,
    "latency_seconds": {"0.5": 1.9, "0.95": 3.1, "0.99": 4.4},
    "problems": {"invalid-request": 7, "busy": 2},
    "buckets": [{"bucket": "8x12x77", "requests": 4, "running_rows": 7, "waiting_rows": 1, "row_limit": 8}],
    "costs": [{"bucket": "8x12x77", "rows": 8, "seconds": 0.11}],
    "memory_bytes": 412000000,
    "connections": 9,
    "http_requests_running": 6,
    "event_loop_lag_seconds": 0.0008,
    "content_credentials": False,
}
