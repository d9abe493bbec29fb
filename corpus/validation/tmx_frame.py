"""An open element of a TMX file: which child may come next, and which is still to come."""

from collections.abc import Iterable

from corpus.validation.tmx_schema import Element

__all__ = ["Frame"]


class Frame:
    """An open element: how far its children have come."""

    __slots__ = ("count", "element", "name", "step", "worded")

    def __init__(self, name: str, element: Element | None) -> None:
        self.name = name
        self.element = element
        self.step = 0
        self.count = 0
        self.worded = False

    def admit(self, name: str) -> str | None:
        """Take a child in; says what is wrong with it there, None where it may stand."""
        if self.element is None:
            return None
        steps = self.element.children
        at, count = self.step, self.count
        while at < len(steps):
            step = steps[at]
            if name in step.names:
                full = step.most is not None and count >= step.most
                self.step, self.count = at, count + 1
                return f"a second <{name}> in <{self.name}>, which has one" if full else None
            if count < step.least and any(name in later.names for later in steps[at + 1 :]):
                self.step, self.count = at + 1, 0
                return (
                    self.admit(name) or f"<{name}> stands before <{_some(step.names)}>, which is missing or comes later"
                )
            at, count = at + 1, 0
        if any(name in step.names for step in steps):
            return f"<{name}> stands after <{_some(steps[self.step].names)}>; in <{self.name}> it comes before"
        return f"<{name}> in <{self.name}>, where it may not stand"

    def missing(self) -> str | None:
        """Name a child that the element lacks at its end."""
        if self.element is None or not self.element.needy:
            return None
        steps = self.element.children
        if self.count < steps[self.step].least:
            return _some(steps[self.step].names)
        return next((_some(step.names) for step in steps[self.step + 1 :] if step.least), None)


def _some(names: Iterable[str]) -> str:
    """Name elements of which any may stand in a place."""
    return "> or <".join(sorted(names))
