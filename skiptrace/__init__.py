"""Lawful skip tracing and contact recovery.

The public verbs, one to one with the commands: ``read``, ``normalise``, ``link``, ``trace``, ``learn``, ``check``,
``plan``, ``export``, and ``Casefile``. Each verb is a function from frames and frozen parameters to frames.
"""

__version__ = "0.1.0"
