"""Access: the people who run the shop, the servers that may talk to it, and what they did.

Keeps staff, roles, second factors, API keys and the audit log. Announces nothing: what was done is in the audit log.
Passwords are not here: `ports.identity` keeps them.
"""

from fairday.domain.access.model import SYSTEM, Actor, ApiKey, AuditEntry, BrokenLink, Change, Passkey, Staff
from fairday.domain.access.permissions import ROLES, Role, allows, require

__all__ = [
    "ROLES",
    "SYSTEM",
    "Actor",
    "ApiKey",
    "AuditEntry",
    "BrokenLink",
    "Change",
    "Passkey",
    "Role",
    "Staff",
    "allows",
    "require",
]
