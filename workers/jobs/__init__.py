"""The queue's door. A job is only a wake-up: the agenda in Redis knows what is due, and
a lost job costs seconds.
"""

from workers.jobs.performing import perform
from workers.jobs.processes import Performers, agenda_for, load_performers, sweep, work

__all__ = ["Performers", "agenda_for", "load_performers", "perform", "sweep", "work"]
