"""The kinds of control: what a map shows, and in how many channels."""

from collections.abc import Mapping
from types import MappingProxyType

from engine.bundle.manifest import CONTROLS
from engine.regions.items import ITEM_CLASSES

LAYOUT, POSE = KINDS = CONTROLS
#: Channels of a map: how likely each item is, or the colours of a skeleton.
CHANNELS: Mapping[str, int] = MappingProxyType({LAYOUT: len(ITEM_CLASSES), POSE: 3})
