"""What a watch would have told in the last day, counted from what is stored.

- ``history``   how much of that day the chains were read
- ``counting``  the watch held against what is stored
- ``rehearse``  the count for each threshold, the same as if the day's blocks came again

It asks what matching asks: ``data.shortfall`` and ``data.noise``.
"""

from data.rehearsal.counting import Trial
from data.rehearsal.history import DAY, History
from data.rehearsal.rehearse import Rehearsal, rehearse

__all__ = ["DAY", "History", "Rehearsal", "Trial", "rehearse"]
