"""Whether recipients want to be reached: preference sets, how they lie over each other, and what they decide."""

from addressee.preferences.preferences import Preferences
from addressee.preferences.sets import DEFAULT, MEMBERS, check_set, check_set_id

__all__ = ["DEFAULT", "MEMBERS", "Preferences", "check_set", "check_set_id"]
