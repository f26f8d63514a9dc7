"""All cases, in the order of the table."""
from cases import sessions, addresses, security, attributes, refresh, imports  # noqa: F401
from cases import limits, endings, restart, roles, bfd  # noqa: F401
from cases.case import CASES, Case, Lacks

__all__ = ['CASES', 'Case', 'Lacks']
