"""Keep everything a run knows in one encrypted file."""

from skiptrace.casefile.keys import Key, find_key
from skiptrace.casefile.store import Casefile, Opened

__all__ = ["Casefile", "Key", "Opened", "find_key"]
