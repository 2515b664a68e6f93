"""What catalogues, tags and captions name that everyday words do not: cuts, trims, parts, bags, places.

Pure data: comma-separated words and phrases; what the other tables say of a word comes first. It does not know how
they are matched or inflected.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.description.groups import Group

#: Nouns by group, in the singular or as they are said.
MORE: Mapping[Group, str] = MappingProxyType(
    {
        Group.BODY: "spray tan, fake tan, farmer's tan, goose bumps, goosebumps, washboard stomach, love handles",
        Group.BAG: "man bag, manbag, pouch bag, camera bag, bike bag, pannier",
        Group.STYLE: "film look, 35mm film look, analog look, analogue look, vintage look, retro look",
    }
)
#: Parts of garments by the garment that a part speaks of where none was named.
PARTS: Mapping[Group, str] = MappingProxyType(
    {
        Group.FOOTWEAR: "pull tab, pull-tab, heel loop, heel counter, welt, storm welt, commando sole, crepe sole",
        Group.OUTERWEAR: "storm flap, storm cuff, throat latch, gun flap",
    }
)
#: Words that say how a thing looks.
LOOKS = "prince of wales check, glen check, wolf fur, fox fur, rabbit fur, raccoon fur, beaver fur, bear fur"
#: Things that people sit at or hold on to; they go with the pose.
GRIPS = "handlebars"
