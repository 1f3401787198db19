import pytest

from bot.delivery.clean import clean, label_markup, symbol_markup


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("USDC", "USDC"),
        ("  a \n\t b\u00a0c ", "a b c"),
        ("\u202eCDSU\u202c", "CDSU"),
        ("\u200b\u2060\ufeff\u3164", ""),
        ("Z" + "\u0335" * 30, "Z" + "\u0335" * 2),
        ("x" * 10_000, "x" * 15 + "…"),
        ("a\ud800b", "ab"),
    ],
)
def test_one_short_visible_line_is_left(text, line):
    assert clean(text, 16) == line


def test_a_symbol_always_has_something_to_show():
    assert symbol_markup("\u200b") == "unnamed token"
    assert symbol_markup("<b>") == "&lt;b&gt;"


def test_nothing_becomes_a_link_a_mention_or_a_command():
    shown = label_markup("t.me/x @you /start https://a.b")
    assert not set("./@:") & set(shown)
