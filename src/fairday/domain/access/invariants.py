"""What must always be true of access. That audit entries say what was written needs the secret: `audit.verify`."""

from sqlalchemy import and_, func, or_, select

from fairday.domain.access.permissions import ROLES
from fairday.domain.access.tables import AUDIT_ENTRIES, AUDIT_HEADS, AUDIT_LINKS, PASSKEYS, RECOVERY_CODES, STAFF
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement

_S, _P, _R = STAFF.c, PASSKEYS.c, RECOVERY_CODES.c
_H, _L, _E = AUDIT_HEADS.c, AUDIT_LINKS.c, AUDIT_ENTRIES.c
_EARLIER = AUDIT_LINKS.alias("earlier")
_FOUND = (
    select(func.count())
    .select_from(AUDIT_ENTRIES)
    .where(_E.chain == _L.chain, _E.number == _L.number)
    .scalar_subquery()
)
_STAFF_IDS = select(_S.id)
_OWNERS = STAFF.alias("owners")
_ACTIVE_OWNERS = select(_OWNERS.c.id).where(_OWNERS.c.role == "owner", _OWNERS.c.active == 1)

INVARIANTS = (
    Invariant(
        "access-roles-known",
        "everybody has a role that exists",
        ("id", "role"),
        Statement(select(_S.id, _S.role).where(_S.role.not_in(ROLES))),
    ),
    Invariant(
        "access-an-owner-remains",
        "where there is staff, an active owner is among them",
        ("id", "login"),
        Statement(select(_S.id, _S.login).where(~_ACTIVE_OWNERS.exists())),
    ),
    Invariant(
        "access-factors-have-people",
        "every passkey and recovery code belongs to somebody",
        ("staff_id",),
        Statement(
            select(_P.staff_id)
            .where(_P.staff_id.not_in(_STAFF_IDS))
            .union(select(_R.staff_id).where(_R.staff_id.not_in(_STAFF_IDS)))
        ),
    ),
    Invariant(
        "audit-links-follow",
        "every link of the audit log follows the one before it",
        ("chain", "number"),
        Statement(
            select(_L.chain, _L.number)
            .select_from(
                AUDIT_LINKS.outerjoin(_EARLIER, and_(_EARLIER.c.chain == _L.chain, _EARLIER.c.number == _L.number - 1))
            )
            .where(
                or_(
                    and_(_L.number > 1, or_(_EARLIER.c.hash.is_(None), _EARLIER.c.hash != _L.previous_hash)),
                    and_(_L.number == 1, _L.previous_hash != ""),
                )
            )
        ),
    ),
    Invariant(
        "audit-links-are-whole",
        "every link of the audit log has as many entries as were written",
        ("chain", "number", "entries"),
        Statement(select(_L.chain, _L.number, _L.entries).where(_L.entries != _FOUND)),
    ),
    Invariant(
        "audit-entries-are-linked",
        "every entry of the audit log is in a link",
        ("id", "chain", "number"),
        Statement(
            select(_E.id, _E.chain, _E.number)
            .select_from(AUDIT_ENTRIES.outerjoin(AUDIT_LINKS, and_(_L.chain == _E.chain, _L.number == _E.number)))
            .where(_L.chain.is_(None))
        ),
    ),
    Invariant(
        "audit-heads-are-newest",
        "the head of every chain of the audit log is its newest link",
        ("chain", "number"),
        Statement(
            select(_H.chain, _H.number)
            .select_from(AUDIT_HEADS.outerjoin(AUDIT_LINKS, and_(_L.chain == _H.chain, _L.number == _H.number)))
            .where(or_(_L.hash.is_(None), _L.hash != _H.hash))
        ),
    ),
)
