"""Learn when and how a debtor can be reached: number liveness and ownership first, then who answers, then when."""

from skiptrace.timing.heatmap import hours
from skiptrace.timing.learned import Learned
from skiptrace.timing.learning import learn

__all__ = ["Learned", "hours", "learn"]
