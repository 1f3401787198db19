"""Noise: what is not to be believed, or not worth a message, and by which rule. docs/noise.md says
what people read of it.

- ``marks``    what is suspicious about a movement, whoever looks at it
- ``nothing``  movements of nothing, made to be seen in a history
- ``rules``    which rules take a movement for noise
- ``judging``  the matches of a batch, judged with what their addresses have dealt with
"""
