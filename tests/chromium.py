"""A headless Chromium for tests of pages: driven over pipes, with what is asked of every page."""

import json
import os
from pathlib import Path
from typing import Any

# The contrast of every text on the page with what is behind it (WCAG 2.1, 1.4.3).
CONTRAST = """(() => {
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  };
  const behind = (e) => {
    const colour = getComputedStyle(e).backgroundColor;
    return colour !== "rgba(0, 0, 0, 0)" ? colour : behind(e.parentElement);
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), low = [];
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest("script")) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.push(walk.currentNode.data);
  }
  return low;
})()"""
FRAME = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


class Browser:
    """A headless Chromium, driven by the DevTools protocol over its two pipes, which are descriptors 3 and 4 there."""

    def __init__(self, chromium: str, profile: Path) -> None:
        (read, self._out), (self._in, write) = os.pipe(), os.pipe()
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", f"--user-data-dir={profile}"]
        self._process = os.posix_spawn(
            chromium,
            [chromium, *flags, "about:blank"],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, read, 3),
                (os.POSIX_SPAWN_DUP2, write, 4),
            ],
        )
        os.close(read)
        os.close(write)
        self._read = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []
        self._session: dict[str, str] = {}
        pages = [t["targetId"] for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page"]
        attached = self.call("Target.attachToTarget", targetId=pages[0], flatten=True)
        self._session = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params, **self._session}
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._read:
            data = os.read(self._in, 1 << 16)
            assert data, "the browser is gone"
            self._read += data
        message, _, self._read = self._read.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def open(self, path: Path) -> None:
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def run(self, expression: str) -> Any:
        """Evaluate in the page, whatever its policy."""
        got = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in got, got
        return got["result"].get("value")

    def press(self, key: str, code: str = "") -> None:
        named = {"Enter": ("\r", 13), "Escape": ("", 27)}
        text, number = named.get(key, (key, 0))
        for kind, typed in (("keyDown", {"text": text} if text else {}), ("keyUp", {})):
            event = {"key": key, "code": code, "windowsVirtualKeyCode": number, **typed}
            self.call("Input.dispatchKeyEvent", type=kind, **event)
        self.run(FRAME)

    def choose(self, **values: str) -> None:
        """Set controls of the page as a user would, all others as at first."""
        self.run(f"document.forms[0].reset(); Object.entries({json.dumps(values)}).forEach(([name, value]) => "
                 "{ document.forms[0].elements[name].value = value; })")  # fmt: skip
        self.run("document.forms[0].dispatchEvent(new Event('input')); document.forms[0].requestSubmit()")
        self.run(FRAME)

    def shown(self) -> list[int]:
        return list(
            self.run('[...document.querySelectorAll(".segment")].flatMap((s, n) => s.checkVisibility() ? n : [])')
        )

    def complaints(self) -> list[dict[str, Any]]:
        kinds = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
        return [event for event in self.events if event.get("method") in kinds]

    def close(self) -> None:
        os.close(self._out)
        os.close(self._in)
        os.waitpid(self._process, 0)
