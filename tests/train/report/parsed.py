"""A page as a browser takes it apart: its tags, its words and the addresses that it would fetch."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

_VOID = {"meta", "img", "br"}
_ADDRESSES = {"src", "href", "xlink:href", "srcset", "data", "action", "poster"}


class Page(HTMLParser):
    """Parses a page; raises AssertionError for a tag that is closed but not open, or open at the end."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[tuple[str, str]] = []  # the path of open tags, and the text in it
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"open at the end: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        assert len(dict(attrs)) == len(attrs), f"an attribute of {tag} stands twice: {attrs}"
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> closes {self._open}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(("/".join(self._open), data.strip()))

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    def inside(self, tag: str) -> list[str]:
        """The words that stand anywhere in such a tag, in order."""
        return [text for path, text in self.words if tag in path.split("/")]

    def addresses(self) -> Iterator[str]:
        """What the page points at or would fetch."""
        for tag, attributes in self.tags:
            for name in _ADDRESSES & attributes.keys():
                yield attributes[name]
            assert not any(name.startswith("on") for name in attributes), f"{tag} runs a script: {attributes}"
        for path, text in self.words:
            assert not path.endswith("style") or not ("url(" in text or "@import" in text)

    def assert_safe(self) -> None:
        """No script, nothing fetched, and a policy that forbids both."""
        assert not self.all("script") and not self.all("iframe") and not self.all("link")
        assert all(a.startswith(("data:image/png;base64,", "data:image/jpeg;base64,", "#")) for a in self.addresses())
        policies = [m["content"] for m in self.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
        assert policies and policies[0].startswith("default-src 'none'")

    def assert_pictures_have_words(self) -> None:
        """Every picture says what it is to whoever does not see it."""
        assert all(image.get("alt") for image in self.all("img"))
        assert all(drawing.get("aria-label") for drawing in self.all("svg"))
