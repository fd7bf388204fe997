"""Choose what to attempt, where and when."""
