"""Learn when and how a debtor can be reached: number liveness and ownership first, then who answers, then when."""

from skiptrace.timing.draws import draw_reach, lots
from skiptrace.timing.heatmap import hours
from skiptrace.timing.learned import Learned
from skiptrace.timing.learning import learn
from skiptrace.timing.model import Model, model_from, model_values
from skiptrace.timing.updating import updated

__all__ = ["Learned", "Model", "draw_reach", "hours", "learn", "lots", "model_from", "model_values", "updated"]
