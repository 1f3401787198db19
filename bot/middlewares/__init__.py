"""What happens around every handler.

- ``hearing``            everything is said in the language of whoever spoke
- ``introduction``       the chat is met (and active again), and the context opened
- ``permission``         in groups only administrators change anything
- ``lateness``           what waited through a downtime is judged by when it was sent
- ``change_of_subject``  a command ends the question before it
- ``attention``          a tapped button stops waiting, whatever its handler did
"""
