"""What a bot's text becomes: parsed, cleaned, measured.

entity     `Entity`, `FormattedText`, and the UTF-16 units that offsets are counted in
html       parse_mode HTML
markdown   parse_mode MarkdownV2
found      what Telegram finds by itself: links, @names, #tags, $TAGS, /commands
link       which URLs Telegram takes
clean      control characters, spaces at the ends
formatted  all of it in order, as a call needs it
"""
