"""All cases, in the order of the table."""
from cases import sessions, addresses, passwords, attributes, limits, endings  # noqa: F401
from cases.case import CASES, Case, Lacks

__all__ = ['CASES', 'Case', 'Lacks']
