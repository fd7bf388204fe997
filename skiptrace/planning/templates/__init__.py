"""Texts of attempts: data, linted when they are read. A text that fails the lint cannot be scheduled."""

from skiptrace.planning.templates.book import Book, examine, load_book, templates
from skiptrace.planning.templates.choosing import template_ids
from skiptrace.planning.templates.linting import LANGUAGES, PLACEHOLDERS, lint, longest, pressure_in
from skiptrace.planning.templates.model import Finding, Medium, Stage, Template

__all__ = [
    "LANGUAGES",
    "PLACEHOLDERS",
    "Book",
    "Finding",
    "Medium",
    "Stage",
    "Template",
    "examine",
    "lint",
    "load_book",
    "longest",
    "pressure_in",
    "template_ids",
    "templates",
]
