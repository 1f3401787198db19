"""What happens around every handler.

- ``hearing``            everything is said in the language of whoever spoke
- ``stamp``              a button says for which chat it was made
- ``budget``             a flood is answered once
- ``introduction``       the chat is met (and active again), and the context opened
- ``admission``          whoever is blocked, or not let in, is told so once
- ``acting``             in a private chat it may be another chat that is set up there, or meant
- ``permission``         in groups only administrators change anything
- ``lateness``           what waited through a downtime is judged by when it was sent
- ``change_of_subject``  a command ends the question before it
- ``attention``          a tapped button stops waiting, whatever its handler did
"""
