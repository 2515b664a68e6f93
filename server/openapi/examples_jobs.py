"""Worked examples of jobs, used by the OpenAPI document and its tests."""

from server.openapi.examples import MINIMAL_BODY, SETTLED, TIMINGS

ID = "018ba53e72b5a1b00f6ad3c1d9e55c4f"
LINKS = {"self": f"/jobs/{ID}", "events": f"/jobs/{ID}/events"}
BODY = MINIMAL_BODY
ACCEPTED = {
    "id": ID,
    "status": "queued",
    "model": "figurine 0123456789ab",
    "seed": 7,
    "created_at": "2026-11-30T10:15:00.000Z",
    "links": LINKS,
}
JOB = ACCEPTED | {
    "status": "finished",
    "started_at": "2026-11-30T10:15:00.100Z",
    "ended_at": "2026-11-30T10:15:01.200Z",
    "attempts": 1,
    "cancel_requested": False,
    "progress": {"completed": 20, "total": 20},
    "settled": {name: value for name, value in SETTLED.items() if value is not None} | {"id": ID},
    "images": [
        {
            "index": 0,
            "seed": 7,
            "image_index": 0,
            "media_type": "image/png",
            "width": 128,
            "height": 192,
            "url": f"/jobs/{ID}/images/0",
        }
    ],
    "timings": TIMINGS,
}
CANCELLED = ACCEPTED | {
    "status": "cancelled",
    "ended_at": "2026-11-30T10:15:00.400Z",
    "attempts": 0,
    "cancel_requested": False,
    "images": [],
}

EVENTS = f"""\
id: 1
event: queued
data: {{"id":"{ID}","position":0}}

id: 2
event: started
data: {{"id":"{ID}","model":"figurine","seed":7,"image_index":0,"width":128,"height":192,"steps":20,\
"guidance_scale":4.0,"sampler":"ddim","variant":"full","decoder":"full","guidance_interval":[0.0,1.0],\
"description":"a woman in a red dress","groups":[],"negatives":[],\
"drawn":"a woman in a red dress","negative":"","ignored":[],"warnings":[]}}

id: 3
event: step
data: {{"completed":1,"total":20}}

id: 23
event: image
data: {{"index":0,"seed":7,"image_index":0,"media_type":"image/png","width":128,"height":192,\
"url":"/jobs/{ID}/images/0"}}

id: 24
event: finished
data: {{"id":"{ID}","timings":{{"queue_seconds":0.0,"text_seconds":0.01,"init_image_seconds":0.0,\
"denoise_seconds":0.92,"decode_seconds":0.12,"encode_seconds":0.01,"total_seconds":1.06}}}}

"""
