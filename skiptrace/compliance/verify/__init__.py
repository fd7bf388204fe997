"""The second reading of the law: judge every row of a schedule again, minute by minute, with plain code.

Nothing here is shared with ``check`` but the rulebook's data. It is slow and simple on purpose: one row at a time, one
provision at a time, no frames. What ``check`` and this reading both allow goes out; where they disagree, nothing does.
"""

from skiptrace.compliance.verify.rows import UNKNOWN_POINT, verify

__all__ = ["UNKNOWN_POINT", "verify"]
