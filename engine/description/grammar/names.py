"""The names of groups and kinds, as the rules read them: the same members, found the quick way.

Reading a member of an `Enum` asks Python 3.11 four times as long as reading a plain class, and the rules do so for
every word, dozens of times. A type checker sees the enums themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.description import groups, lexicon

if TYPE_CHECKING:
    from engine.description.groups import Group as Group
    from engine.description.lexicon import Kind as Kind
else:

    class Group:
        """The members of `engine.description.groups.Group`."""

    class Kind:
        """The members of `engine.description.lexicon.Kind`."""

    for _name, _group in groups.Group.__members__.items():
        setattr(Group, _name, _group)
    for _name, _kind in lexicon.Kind.__members__.items():
        setattr(Kind, _name, _kind)

#: All of them.
EVERY_GROUP: frozenset[Group] = frozenset(groups.Group)
