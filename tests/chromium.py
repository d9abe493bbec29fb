"""A headless Chromium for tests of pages: driven over pipes, with what is asked of every page."""

import base64
import json
import os
from pathlib import Path
from typing import Any

# The texts on the page that stand out too little from what is behind them (WCAG 2.1, 1.4.3).
_CONTRAST = """(() => {
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

    def printed(self) -> str:
        """Give the text of the page as it is printed; the test is skipped without pypdfium2."""
        import pytest

        pdfium = pytest.importorskip("pypdfium2")
        data = base64.b64decode(self.call("Page.printToPDF")["data"])
        return "\n".join(sheet.get_textpage().get_text_range() for sheet in pdfium.PdfDocument(data))

    def close(self) -> None:
        os.close(self._out)
        os.close(self._in)
        os.waitpid(self._process, 0)


def check_legibility(browser: Browser, page: Path) -> None:
    """See that a page of segments can be read by all: wide and narrow, light and dark, each language its own way."""
    for width in (1280, 400):
        browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        for scheme in ("light", "dark"):
            browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            browser.open(page)
            browser.press("f", "KeyF")
            needed, faint = browser.run("document.documentElement.scrollWidth"), browser.run(_CONTRAST)
            assert needed <= width, f"{width} pixels wide, it needs {needed}"
            assert not faint, f"{scheme}: too little contrast: {faint}"
        arabic, english = browser.run(
            '[".arabic", ".text"].map((part) => document.querySelector(part)).map((e) => '
            "[getComputedStyle(e).direction, e.getBoundingClientRect().left, e.getBoundingClientRect().top])"
        )
        assert (arabic[0], english[0]) == ("rtl", "ltr")
        assert arabic[1] > english[1] + 100 if width > 1000 else arabic[2] < english[2]
    unlabelled = browser.run(
        'document.querySelectorAll("input, select, button").values().filter((e) => !e.labels?.length && '
        "!e.ariaLabel && !e.textContent.trim()).map((e) => e.name).toArray()"
    )
    assert not unlabelled, f"controls without a name: {unlabelled}"
