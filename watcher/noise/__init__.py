"""Noise: what is not to be believed, or not worth a message. The rules are in ``data.noise``;
docs/noise.md says what people read of it.

- ``marks``    what is suspicious about a movement, whoever looks at it
- ``nothing``  movements of nothing, made to be seen in a history
- ``judging``  the matches of a batch, judged with what their addresses have dealt with
"""
