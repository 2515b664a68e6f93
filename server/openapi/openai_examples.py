"""One worked example of every body and answer below /v1; the data of pictures is shortened."""

from server.openapi.examples import DESCRIPTION, PICTURE

MINIMAL_BODY = {"prompt": DESCRIPTION}
EXTRA_BODY = {
    "prompt": DESCRIPTION,
    "model": "figurine",
    "n": 2,
    "size": "128x192",
    "output_format": "webp",
    "output_compression": 80,
    "safety_identifier": "user-5d41402a",
    "negative_prompt": "hat",
    "num_inference_steps": 20,
    "guidance_scale": 4.0,
    "seed": 7,
    "weights": {"outerwear": 1.2},
}
STREAM = {"prompt": DESCRIPTION, "stream": True, "partial_images": 2}

EDIT = {"image": "picture.png", "prompt": "a woman in a blue dress, a garden", "mask": "mask.png"}
EDIT_GROUPS = {"image": "picture.png", "prompt": "a woman in a blue dress, a garden", "change[]": "dress"}
VARIATION = {"image": "picture.png", "prompt": "a woman in a blue dress, a garden", "n": 2}

USAGE = {
    "input_tokens": 27,
    "input_tokens_details": {"text_tokens": 27, "image_tokens": 0},
    "output_tokens": 96,
    "output_tokens_details": {"text_tokens": 0, "image_tokens": 96},
    "total_tokens": 123,
}
IMAGES_ANSWER = {
    "created": 1796040000,
    "background": "opaque",
    "data": [{"b64_json": PICTURE["data"], "revised_prompt": None, "url": None}],
    "output_format": "png",
    "quality": "medium",
    "safety_identifier": None,
    "size": "128x192",
    "usage": USAGE,
}
EVENTS = """\
event: image_generation.partial_image
data: {"b64_json":"iVBORw0KGgo=","background":"opaque","created_at":1796040000,"output_format":"png",\
"quality":"medium","size":"64x96","type":"image_generation.partial_image","partial_image_index":0}

event: image_generation.completed
data: {"b64_json":"iVBORw0KGgo=","background":"opaque","created_at":1796040001,"output_format":"png",\
"quality":"medium","size":"128x192","type":"image_generation.completed","safety_identifier":null,\
"usage":{"input_tokens":27,"input_tokens_details":{"text_tokens":27,"image_tokens":0},"output_tokens":96,\
"total_tokens":123}}

"""

MODEL = {"id": "figurine", "object": "model", "created": 1796040000, "owned_by": "cosmicman-serve"}
MODELS = {"object": "list", "data": [MODEL]}
