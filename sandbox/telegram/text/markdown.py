"""parse_mode MarkdownV2, with the errors of the real server word for word."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.telegram.errors import BadRequest
from sandbox.telegram.text.entity import Entity, FormattedText, in_order, utf16_length
from sandbox.telegram.text.html import link_entity

_RESERVED = "_*[]()~`>#+-=|{}.!"
_NAMES = {
    "bold": "Bold", "italic": "Italic", "underline": "Underline", "spoiler": "Spoiler",
    "strikethrough": "Strikethrough", "code": "Code", "pre": "Pre", "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji", "blockquote": "BlockQuote",
}  # fmt: skip
_PAIRS = {
    "bold": "*", "italic": "_", "underline": "__", "spoiler": "||", "strikethrough": "~",
    "code": "`", "pre": "```", "text_link": "]", "custom_emoji": "]",
}  # fmt: skip
_OPENERS = (
    ("```", "pre"), ("__", "underline"), ("||", "spoiler"), ("![", "custom_emoji"), ("*", "bold"),
    ("_", "italic"), ("~", "strikethrough"), ("`", "code"), ("[", "text_link"),
)  # fmt: skip


def _fault(sentence: str) -> BadRequest:
    return BadRequest(f"can't parse entities: {sentence}")


@dataclass(frozen=True, slots=True)
class _Open:
    type: str
    offset: int
    at: int
    begin: int
    language: str | None = None


class _Markdown:
    """One pass over the source; a line that starts with `>` stands in a block quotation."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.i = 0
        self.out: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def parse(self) -> FormattedText:
        self._line_start()
        while self.i < len(self.source):
            self._step()
        self._end_quote(expandable=False)
        if self.open:
            raise self._unclosed(self.open[-1])
        return FormattedText("".join(self.out), in_order(self.entities))

    def _unclosed(self, opened: _Open) -> BadRequest:
        name = "PreCode" if opened.language else _NAMES[opened.type]
        return _fault(f"Can't find end of {name} entity at byte offset {self._byte(opened.begin)}")

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode())

    def _text(self, text: str, width: int) -> None:
        self.out.append(text)
        self.offset += utf16_length(text)
        self.i += width

    def _at(self, token: str) -> bool:
        return self.source.startswith(token, self.i)

    def _in_quote(self) -> bool:
        return any(o.type == "blockquote" for o in self.open)

    def _step(self) -> None:
        character = self.source[self.i]
        following = self.source[self.i + 1 : self.i + 2]
        if character == "\\" and following and 1 <= ord(following) <= 126:
            self._text(following, 2)
            return
        top = self.open[-1].type if self.open else ""
        if top in ("code", "pre"):
            if self._at(_PAIRS[top]):
                self._close()
            elif character == "`":
                raise self._reserved(character)
            else:
                self._text(character, 1)
        elif character == "\n":
            self._newline()
        elif character not in _RESERVED:
            self._text(character, 1)
        elif self._closes(top):
            self._close()
        elif self._at("||") and top == "blockquote" and self._ends_line(self.i + 2):
            self.i += 2
            self._end_quote(expandable=True)
        else:
            self._begin(character)

    def _reserved(self, character: str) -> BadRequest:
        return _fault(
            f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
        )

    def _ends_line(self, at: int) -> bool:
        return self.source[at : at + 1] in ("", "\n")

    def _closes(self, top: str) -> bool:
        token = _PAIRS.get(top)
        if token is None or not self._at(token):
            return False
        return not (top == "italic" and self._at("__"))

    def _begin(self, character: str) -> None:
        for token, kind in _OPENERS:
            if self._at(token):
                begin = self.i
                self.i += len(token)
                language = self._language() if kind == "pre" else None
                self.open.append(_Open(kind, self.offset, len(self.out), begin, language))
                return
        raise self._reserved(character)

    def _language(self) -> str | None:
        end = self.i
        while end < len(self.source) and not self.source[end].isspace() and self.source[end] != "`":
            end += 1
        language = None
        if end > self.i and self.source[end : end + 1] not in ("", "`"):
            language = self.source[self.i : end]
            self.i = end
        if self._at("\n"):
            self.i += 1
        return language

    def _newline(self) -> None:
        stays = self._in_quote() and self.source.startswith(">", self.i + 1)
        if self._in_quote() and not stays:
            if self.open[-1].type != "blockquote":
                raise self._unclosed(self.open[-1])
            self._end_quote(expandable=False)
        self._text("\n", 1)
        if stays:
            self.i += 1
        else:
            self._line_start()

    def _line_start(self) -> None:
        """`**>` starts a quotation of its own right after another one."""
        if self._at("**>"):
            self.i += 2
        if self._at(">"):
            self.open.append(_Open("blockquote", self.offset, len(self.out), self.i))
            self.i += 1

    def _end_quote(self, *, expandable: bool) -> None:
        if self.open and self.open[-1].type == "blockquote":
            quote = self.open.pop()
            if self.offset > quote.offset:
                kind = "expandable_blockquote" if expandable else "blockquote"
                self.entities.append(Entity(kind, quote.offset, self.offset - quote.offset))

    def _close(self) -> None:
        opened = self.open.pop()
        self.i += len(_PAIRS[opened.type])
        length = self.offset - opened.offset
        entity: Entity | None = Entity(opened.type, opened.offset, length, language=opened.language)
        if opened.type == "text_link":
            url = self._url() if self._at("(") else "".join(self.out[opened.at :])
            entity = link_entity(url, opened.offset, length)
        elif opened.type == "custom_emoji":
            entity = self._emoji(opened.offset, length)
        if entity and length:
            self.entities.append(entity)

    def _emoji(self, offset: int, length: int) -> Entity:
        if not self._at("("):
            raise _fault("Custom emoji entity must contain a tg://emoji URL")
        identifier = self._url().removeprefix("tg://emoji?id=")
        if not identifier.isdecimal():
            raise _fault("Invalid custom emoji identifier specified")
        return Entity("custom_emoji", offset, length, custom_emoji_id=identifier)

    def _url(self) -> str:
        self.i += 1
        begin = self.i
        url: list[str] = []
        while self.i < len(self.source) and not self._at(")"):
            if self._at("\\") and 1 <= ord(self.source[self.i + 1 : self.i + 2] or "\0") <= 126:
                self.i += 1
            url.append(self.source[self.i])
            self.i += 1
        if self.i >= len(self.source):
            raise _fault(f"Can't find end of a URL at byte offset {self._byte(begin)}")
        self.i += 1
        return "".join(url)


def parse_markdown(source: str) -> FormattedText:
    """Raises BadRequest with `can't parse entities: …`, byte offsets as the real server counts."""
    return _Markdown(source).parse()
