"""Names of fields in forms, lists and tables ("upper body: ..."), and the group that each gives its value.

Pure data: comma-separated names in lower case; it does not know how fields are found.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.description.groups import Group

#: Fields whose whole value is of one group, whatever it names.
WHOLE: Mapping[Group, str] = MappingProxyType(
    {
        Group.SHOT: """
            shot, shot type, framing, camera, camera angle, camera view, view, viewpoint, angle, composition, lens,
            perspective, crop, camera settings, camera lens, shot size, focal length, point of view, depth of field
        """,
        Group.PERSON: """
            age, gender, sex, ethnicity, nationality, race, name, identity, role, occupation, job, profession, age
            group, age range, heritage, species
        """,
        Group.BODY: """
            body, body type, body shape, build, height, weight, physique, figure, skin, skin tone, skin colour, skin
            color, complexion, pose, posture, stance, gesture, tattoo, tattoos, body language, body build, action,
            activity
        """,
        Group.FACE: """
            expression, facial expression, facial features, eyes, eye, eye colour, eye color, make-up, makeup, make
            up, beard, facial hair, mouth, lips, nose, eyebrows, brows, gaze, emotion, face details, lipstick, features
        """,
        Group.HAIR: """
            hair, hairstyle, hair style, hairdo, haircut, hair colour, hair color, hair length, hair type, hair
            texture, bangs, fringe
        """,
        Group.BACKGROUND: """
            background, setting, location, scene, environment, place, backdrop, lighting, light, weather, time, time
            of day, season, where, surroundings, scenery, background details, lights, when
        """,
        Group.STYLE: """
            style, mood, aesthetic, art style, medium, genre, vibe, era, atmosphere, overall style, tone, photo style,
            fashion style, theme, look and feel, artistic style, visual style, rendering, colour palette, color palette
        """,
        Group.OTHER: "quality, artist, artists, resolution, quality tags, rating, notes, note",
    }
)

#: Fields of a part of the body: a garment in their value has its own group, all else is of theirs.
REGIONS: Mapping[Group, str] = MappingProxyType(
    {
        Group.FACE: "face",
        Group.HEADWEAR: "head, headwear, headgear, on head, hats",
        Group.EYEWEAR: "eyewear",
        Group.NECKWEAR: "neck, neckwear, around neck",
        Group.TOP: """
            upper body, upper, upper half, top half, torso, upper clothing, upper clothes, upper garment, upper wear,
            upperwear, chest, tops, upper-body, upper part, inner layer, base layer, upper body clothing
        """,
        Group.OUTERWEAR: "outerwear, outer layer, outer, outer garment, layers, layer, outer clothing",
        Group.DRESS: """
            outfit, clothes, clothing, wearing, attire, wardrobe, costume, garments, garment, wears, apparel, full
            body outfit, fashion, whole body, one-piece, outfit details, clothing details, dressed in
        """,
        Group.BOTTOM: """
            lower body, lower, lower half, bottom half, legs, lower clothing, lower clothes, lower garment, lower
            wear, lowerwear, bottoms, bottom, lower-body, lower part, lower body clothing
        """,
        Group.LEGWEAR: "legwear, hosiery",
        Group.FOOTWEAR: "feet, foot, footwear, on feet",
        Group.ACCESSORY: """
            accessories, accessory, jewellery, jewelry, hands, hand, wrists, wrist, props, prop, holding, carrying,
            held items, objects, object, extras, items, in hand, ears, fingers, held object
        """,
        Group.BAG: "bags",
        Group.BELT: "waist, hips",
    }
)

#: Fields whose value is read like any other text; their name is no part of it.
PLAIN = """
    subject, person, character, description, prompt, positive prompt, positive, caption, text, image, photo, picture,
    main subject, who, model, appearance, physical appearance, details, look, overview, summary, request, task, brief,
    part, attribute, value, attributes, people, subject details, character description, main character, general, title,
    portrait of, extra, additional details, tags, theme details, input, scene description, image description
"""
#: Names that say what a part of a value is ("type", "colour"): no part of it either, and they give no group.
LABELS = """
    type, colour, color, material, fabric, pattern, length, fit, item, kind, state, size, shape, texture, colors,
    colours, design, cut, brand, finish, condition, garment type, category, sleeves, collar, neckline, detail, print,
    group, label, main, primary, secondary
"""
#: Ends of names that change nothing: "hair description", "shoe colour".
ENDS = frozenset(
    """
    description details detail colour color style type length clothing clothes wear garment garments item items
    features
    """.split()
)
