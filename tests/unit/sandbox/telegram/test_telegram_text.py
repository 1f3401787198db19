"""HTML and MarkdownV2 become text and entities."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.telegram.errors import BadRequest
from sandbox.telegram.text.clean import clean
from sandbox.telegram.text.entity import Entity, FormattedText, utf16_length
from sandbox.telegram.text.formatted import message_text, parse
from sandbox.telegram.text.found import with_found
from sandbox.telegram.text.html import parse_html
from sandbox.telegram.text.link import checked_link
from sandbox.telegram.text.markdown import parse_markdown


def marks(formatted: FormattedText) -> list[tuple[str, str]]:
    """Each entity with what it covers."""
    units = formatted.text.encode("utf-16-le")
    return [
        (e.type, units[2 * e.offset : 2 * e.end].decode("utf-16-le")) for e in formatted.entities
    ]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("🐋 <b>5 <i>M</i></b>", "🐋 5 M", [("bold", "5 M"), ("italic", "M")]),
        ("<s>a</s><u>b</u><tg-spoiler>c</tg-spoiler>", "abc",
         [("strikethrough", "a"), ("underline", "b"), ("spoiler", "c")]),
        ('<span class="tg-spoiler">c</span>', "c", [("spoiler", "c")]),
        ("&lt;b&gt; &amp; &quot;&#x1F40B;&#33; &nbsp;", '<b> & "🐋! &nbsp;', []),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", "q")]),
        ("<b></b>x<B>y</>", "xy", [("bold", "y")]),
        ("<a href='http://localhost'>x</a>", "x", []),
    ],
)  # fmt: skip
def test_html_is_parsed(source: str, text: str, expected: list[tuple[str, str]]):
    parsed = parse_html(source)

    assert parsed.text == text
    assert marks(parsed) == expected


def test_html_links_and_code_carry_what_they_need():
    parsed = parse_html(
        '<a href="https://etherscan.io/tx/0x1?a=1&amp;b=2">tx</a>'
        '<a href="tg://user?id=42">Ada</a><pre><code class="language-python">1</code></pre>'
    )

    assert parsed.entities == (
        Entity("text_link", 0, 2, url="https://etherscan.io/tx/0x1?a=1&b=2"),
        Entity("text_mention", 2, 3, user_id=42),
        Entity("pre", 5, 1, language="python"),
    )


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        (r"*b _i_* \_x\_", "b i _x_", [("bold", "b i"), ("italic", "i")]),
        ("__u__ ~s~ ||p||", "u s p",
         [("underline", "u"), ("strikethrough", "s"), ("spoiler", "p")]),
        ("`a*b` ```py\nx_y```", "a*b x_y", [("code", "a*b"), ("pre", "x_y")]),
        ("[tx](https://a.io/\\))", "tx", [("text_link", "tx")]),
        (">one\n>two\nthree", "one\ntwo\nthree", [("blockquote", "one\ntwo")]),
        (">one\n>two||", "one\ntwo", [("expandable_blockquote", "one\ntwo")]),
    ],
)  # fmt: skip
def test_markdown_is_parsed(source: str, text: str, expected: list[tuple[str, str]]):
    parsed = parse_markdown(source)

    assert parsed.text == text
    assert marks(parsed) == expected


@pytest.mark.parametrize(
    ("source", "refusal"),
    [
        ("5.3", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("é *b", "Can't find end of Bold entity at byte offset 3"),
        ("[a](https://x.io", "Can't find end of a URL at byte offset 4"),
        ("`a", "Can't find end of Code entity at byte offset 0"),
        ("a | b", "Character '|' is reserved and must be escaped with the preceding '\\'"),
    ],
)
def test_bad_markdown_is_refused(source: str, refusal: str):
    with pytest.raises(BadRequest) as caught:
        parse_markdown(source)

    assert caught.value.description == f"Bad Request: can't parse entities: {refusal}"


def test_an_unknown_parse_mode_is_refused():
    with pytest.raises(BadRequest, match="unsupported parse_mode"):
        parse("x", "BBCode")


def test_what_telegram_finds_by_itself_is_marked():
    found = with_found(
        FormattedText("/watch@spy_bot $ETH #whale @ada a@b.io https://x.io/a. etherscan.io/tx")
    )

    assert marks(found) == [
        ("bot_command", "/watch@spy_bot"),
        ("cashtag", "$ETH"),
        ("hashtag", "#whale"),
        ("mention", "@ada"),
        ("email", "a@b.io"),
        ("url", "https://x.io/a"),
        ("url", "etherscan.io/tx"),
    ]


def test_nothing_is_found_inside_code():
    assert marks(with_found(parse_html("<code>/watch https://x.io</code>"))) == [
        ("code", "/watch https://x.io")
    ]


def test_control_characters_and_bidi_overrides_are_taken_out():
    cleaned = clean(parse_html(" \n<b>a\u202e\tb\r</b>\x07 \n"))

    assert cleaned.text == "a b"
    assert marks(cleaned) == [("bold", "a b")]


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("etherscan.io", "http://etherscan.io/"),
        ("https://a.io/x", "https://a.io/x"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("javascript:alert(1)", None),
        ("http://localhost:80/", None),
        ("https://a b.io", None),
        ("https://a.io:99999/", None),
        ("ftp://a.io", None),
    ],
)
def test_links_are_checked(url: str, checked: str | None):
    assert checked_link(url) == checked


_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)


@given(_TEXT)
def test_escaped_html_comes_back_as_it_was(text: str):
    assert parse_html(html.escape(text, quote=False)) == FormattedText(text)


@given(_TEXT)
def test_escaped_markdown_comes_back_as_it_was(text: str):
    escaped = "".join(f"\\{c}" if ord(c) < 127 and not c.isalnum() else c for c in text)

    assert parse_markdown(escaped) == FormattedText(text)


@given(st.text(st.sampled_from("<>/abi &;#x=\"'é🐋\n*_~|`[]()!.>\\"), max_size=40))
def test_any_source_is_parsed_or_refused_and_entities_stay_inside(source: str):
    for mode in ("HTML", "MarkdownV2"):
        try:
            formatted = message_text(parse(source, mode), 4096)
        except BadRequest:
            continue
        end = utf16_length(formatted.text)
        assert all(0 <= e.offset < e.end <= end for e in formatted.entities)
