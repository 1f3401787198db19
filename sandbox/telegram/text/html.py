"""parse_mode HTML, with the errors of the real server word for word."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.telegram.errors import BadRequest
from sandbox.telegram.text.entity import Entity, FormattedText, in_order, utf16_length
from sandbox.telegram.text.link import checked_link, mentioned_user

_SIMPLE = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler",
}  # fmt: skip
_TAGS = {*_SIMPLE, "a", "code", "pre", "blockquote", "tg-emoji"}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z]+));?")
_SPACE = " \t\r\n\0\v"


def _fault(sentence: str) -> BadRequest:
    return BadRequest(f"can't parse entities: {sentence}")


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    at: int


class _Html:
    """One pass over the source; `i` is where it is, `out` the text so far."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.i = 0
        self.out: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def parse(self) -> FormattedText:
        while self.i < len(self.source):
            if self.source[self.i] == "<":
                if self.source.startswith("</", self.i):
                    self._end_tag()
                else:
                    self._start_tag()
            else:
                self._text(self._character())
        if self.open:
            raise _fault(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return FormattedText("".join(self.out), in_order(self.entities))

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode())

    def _text(self, text: str) -> None:
        self.out.append(text)
        self.offset += utf16_length(text)

    def _character(self) -> str:
        """The next character, a reference decoded; what is no reference stays as it is."""
        if self.source[self.i] == "&":
            found = _REFERENCE.match(self.source, self.i)
            decoded = self._decoded(found) if found else None
            if found and decoded is not None:
                self.i = found.end()
                return decoded
        self.i += 1
        return self.source[self.i - 1]

    @staticmethod
    def _decoded(found: re.Match[str]) -> str | None:
        if found[3]:
            return _NAMED.get(found[3])
        code = int(found[1], 16) if found[1] else int(found[2])
        if 0xD800 <= code <= 0xDFFF:
            raise _fault(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        return chr(code) if 0 < code < 0x10FFFF else None

    def _until(self, stop: str) -> str:
        start = self.i
        while self.i < len(self.source) and self.source[self.i] not in stop:
            self.i += 1
        return self.source[start : self.i]

    def _skip_space(self) -> None:
        while self.i < len(self.source) and self.source[self.i] in _SPACE:
            self.i += 1

    def _here(self) -> str:
        return self.source[self.i : self.i + 1]

    def _start_tag(self) -> None:
        at = self.i
        self.i += 1
        tag = self._until(_SPACE + ">").lower()
        if not self._here():
            raise _fault(f"Unclosed start tag at byte offset {self._byte(at)}")
        if tag not in _TAGS:
            raise _fault(f'Unsupported start tag "{tag}" at byte offset {self._byte(at)}')
        argument = ""
        while True:
            self._skip_space()
            if self._here() == ">":
                break
            name, value = self._attribute(tag, at)
            argument = _argument(tag, name, value) or argument
        self.i += 1
        if tag == "span" and argument != "spoiler":
            raise _fault(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(at)}')
        self.open.append(_Open(tag, argument, self.offset, len(self.out)))

    def _attribute(self, tag: str, at: int) -> tuple[str, str]:
        if not self._here():
            raise _fault(f"Unclosed start tag at byte offset {self._byte(at)}")
        name = self._until(_SPACE + "=>").lower()
        if not name:
            raise _fault(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(at)}')
        self._skip_space()
        if self._here() != "=":
            if tag == "blockquote" and name == "expandable" and self._here():
                return name, name
            raise _fault(
                "Expected equal sign in declaration of an attribute of the tag "
                f'"{tag}" at byte offset {self._byte(at)}'
            )
        self.i += 1
        self._skip_space()
        if not self._here():
            raise _fault(f'Unclosed start tag "{tag}" at byte offset {self._byte(at)}')
        value = self._quoted() if self._here() in "'\"" else self._token()
        if not self._here():
            raise _fault(f"Unclosed start tag at byte offset {self._byte(at)}")
        return name, value

    def _quoted(self) -> str:
        quote = self._here()
        self.i += 1
        value: list[str] = []
        while self._here() and self._here() != quote:
            value.append(self._character())
        self.i += 1
        return "".join(value)

    def _token(self) -> str:
        start = self.i
        found = re.compile(r"[A-Za-z0-9.-]*").match(self.source, self.i)
        self.i = found.end() if found else self.i
        if self._here() not in (*_SPACE, ">", ""):
            raise _fault(f"Unexpected end of name token at byte offset {self._byte(start)}")
        return self.source[start : self.i].lower()

    def _end_tag(self) -> None:
        at = self.i
        if not self.open:
            raise _fault(f"Unexpected end tag at byte offset {self._byte(at)}")
        self.i += 2
        tag = self._until(_SPACE + ">").lower()
        self._skip_space()
        if self._here() != ">":
            raise _fault(f"Unclosed end tag at byte offset {self._byte(at)}")
        opened = self.open.pop()
        if tag and tag != opened.tag:
            raise _fault(
                f"Unmatched end tag at byte offset {self._byte(at)}, "
                f'expected "</{opened.tag}>", found "</{tag}>"'
            )
        self.i += 1
        if self.offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        offset, length = opened.offset, self.offset - opened.offset
        if opened.tag in _SIMPLE:
            self.entities.append(Entity(_SIMPLE[opened.tag], offset, length))
        elif opened.tag == "blockquote":
            kind = "expandable_blockquote" if opened.argument else "blockquote"
            self.entities.append(Entity(kind, offset, length))
        elif opened.tag == "tg-emoji":
            if not opened.argument.isdecimal() or int(opened.argument) == 0:
                raise _fault("Invalid custom emoji identifier specified")
            self.entities.append(
                Entity("custom_emoji", offset, length, custom_emoji_id=opened.argument)
            )
        elif opened.tag == "a":
            link = link_entity(opened.argument or "".join(self.out[opened.at :]), offset, length)
            if link:
                self.entities.append(link)
        else:
            self._close_code(opened, offset, length)

    def _close_code(self, opened: _Open, offset: int, length: int) -> None:
        """`<pre><code class="language-x">` and the other way round are one block."""
        inner = self.entities[-1] if self.entities else None
        if inner and (inner.offset, inner.length) == (offset, length):
            language = opened.argument or inner.language
            if {inner.type, opened.tag} == {"code", "pre"} and language:
                self.entities[-1] = Entity("pre", offset, length, language=language)
                return
        language = opened.argument or None if opened.tag == "code" else None
        self.entities.append(Entity(opened.tag, offset, length, language=language))


def _argument(tag: str, name: str, value: str) -> str:
    if tag == "blockquote" and name == "expandable":
        return "expandable"
    if tag == "code" and name == "class" and value.startswith("language-"):
        return value.removeprefix("language-")
    if tag == "span" and name == "class" and value.startswith("tg-"):
        return value.removeprefix("tg-")
    wanted = {"a": "href", "tg-emoji": "emoji-id"}
    return value if wanted.get(tag) == name else ""


def link_entity(url: str, offset: int, length: int) -> Entity | None:
    """A link, or a mention by id; None where Telegram silently drops the URL."""
    user_id = mentioned_user(url)
    if user_id is not None:
        return Entity("text_mention", offset, length, user_id=user_id)
    checked = checked_link(url)
    return Entity("text_link", offset, length, url=checked) if checked else None


def parse_html(source: str) -> FormattedText:
    """Raises BadRequest with `can't parse entities: …`, byte offsets as the real server counts."""
    parsed = _Html(source).parse()
    alone = [Entity("code", e.offset, e.length) if e.type == "code" else e for e in parsed.entities]
    return FormattedText(parsed.text, tuple(alone))
