"""Choose what to attempt when: lawful, within capacity, best value first."""

from skiptrace.planning.inputs import Check, Plan, PlanInputs
from skiptrace.planning.planner import plan

__all__ = ["Check", "Plan", "PlanInputs", "plan"]
