"""All SQL of staff, second factors and API keys. The audit log's is in `audit.py`."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from fairday.domain.access.model import ApiKey, Challenge, Passkey, Staff
from fairday.domain.access.permissions import Role, Scope
from fairday.domain.access.tables import API_KEYS, CHALLENGES, PASSKEYS, RECOVERY_CODES, STAFF
from fairday.kernel.folding import folded
from fairday.kernel.ids import token_hash
from fairday.kernel.sql import Statement, insert_new, within
from fairday.kernel.unit_of_work import Reader, Row, Writer

STAFF_LIMIT = 1_000
KEYS_LIMIT = 1_000


async def insert_staff(unit: Writer, staff: Sequence[Staff]) -> None:
    """New people; the caller has asked in this unit that their logins are free."""
    await unit.run_many(_INSERT, [_staff_row(person) for person in staff])


async def find_staff_many(reader: Reader, staff_ids: Sequence[str]) -> list[Staff]:
    """Those of them that exist."""
    return [_staff(row) for row in await reader.rows(_FIND, ids=list(staff_ids))]


async def find_staff(reader: Reader, staff_id: str) -> Staff | None:
    """One person."""
    return next(iter(await find_staff_many(reader, [staff_id])), None)


async def find_staff_by_login(reader: Reader, login: str) -> Staff | None:
    """Whose login this is, compared without case."""
    row = await reader.row(_FIND_BY_LOGIN, login_key=folded(login))
    return _staff(row) if row else None


async def list_staff(reader: Reader) -> list[Staff]:
    """Everybody (STAFF_LIMIT at most), those who left last."""
    return [_staff(row) for row in await reader.rows(_LIST, limit=STAFF_LIMIT)]


async def count_active_owners(reader: Reader) -> int:
    """Owners who may sign in."""
    row = await reader.row(_OWNERS)
    return int(row[0]) if row else 0


async def set_role(unit: Writer, staff_id: str, role: Role) -> None:
    """Another role; their sessions end, so that no page keeps the old one."""
    await unit.run(_SET_ROLE, b_id=staff_id, b_role=role)


async def set_active(unit: Writer, staff_id: str, *, active: bool) -> None:
    """They may sign in, or no longer; their sessions end."""
    await unit.run(_SET_ACTIVE, b_id=staff_id, b_active=int(active))


async def set_temporary(unit: Writer, staff_id: str, until_ms: int) -> None:
    """The password is a given one until then, or their own (0); their sessions end."""
    await unit.run(_SET_TEMPORARY, b_id=staff_id, b_until_ms=until_ms)


async def bump_epochs(unit: Writer, staff_ids: Sequence[str]) -> None:
    """Every session of these people is over."""
    await unit.run_many(_BUMP_EPOCH, [{"b_id": staff_id} for staff_id in staff_ids])


async def set_totp(unit: Writer, staff_id: str, sealed: str, step: int) -> None:
    """Another authenticator app (or none: ""), whose code of `step` was seen."""
    await unit.run(_SET_TOTP, b_id=staff_id, b_sealed=sealed, b_step=step)


async def use_totp_step(unit: Writer, staff_id: str, step: int) -> bool:
    """Spend the code of a time step; False when it, or a later one, was spent before."""
    return await unit.run(_USE_TOTP_STEP, b_id=staff_id, b_step=step) == 1


async def insert_passkey(unit: Writer, passkey: Passkey) -> bool:
    """False when this credential is known already."""
    row = {**msgspec.structs.asdict(passkey), "id_hash": token_hash(passkey.id)}
    return await unit.run(_INSERT_PASSKEY, **row) == 1


async def passkeys_of(reader: Reader, staff_id: str) -> list[Passkey]:
    """Somebody's passkeys, oldest first."""
    return [Passkey(**dict(zip(_PASSKEY_NAMES, row, strict=True)))
            for row in await reader.rows(_PASSKEYS_OF, staff_id=staff_id)]  # fmt: skip


async def use_passkey(unit: Writer, passkey: Passkey, sign_count: int, at_ms: int) -> None:
    """It signed; remember its counter."""
    await unit.run(_USE_PASSKEY, b_id_hash=token_hash(passkey.id), b_sign_count=sign_count, b_at_ms=at_ms)


async def delete_passkey(unit: Writer, staff_id: str, passkey_id: str) -> bool:
    """False when this person has no such passkey."""
    return await unit.run(_DELETE_PASSKEY, b_id_hash=token_hash(passkey_id), b_staff_id=staff_id) == 1


async def drop_factors(unit: Writer, staff_id: str) -> None:
    """No authenticator app, passkey or recovery code is left; their sessions end."""
    await unit.run(_SET_TOTP, b_id=staff_id, b_sealed="", b_step=0)
    await unit.run(_DELETE_PASSKEYS, b_staff_id=staff_id)
    await unit.run(_DELETE_CODES, b_staff_id=staff_id)
    await unit.run(_BUMP_EPOCH, b_id=staff_id)


async def replace_recovery_codes(unit: Writer, staff_id: str, code_hashes: Sequence[str]) -> None:
    """These codes and no older ones."""
    await unit.run(_DELETE_CODES, b_staff_id=staff_id)
    rows = [{"staff_id": staff_id, "code_hash": code_hash, "used_ms": 0} for code_hash in code_hashes]
    await unit.run_many(_INSERT_CODE, rows)


async def use_recovery_code(unit: Writer, staff_id: str, code_hash: str, at_ms: int) -> bool:
    """Spend a code; False when it is not theirs or was spent."""
    return await unit.run(_USE_CODE, b_staff_id=staff_id, b_code_hash=code_hash, b_at_ms=at_ms) == 1


async def recovery_codes_left(reader: Reader, staff_id: str) -> int:
    """How many codes still work."""
    row = await reader.row(_CODES_LEFT, staff_id=staff_id)
    return int(row[0]) if row else 0


async def insert_challenge(unit: Writer, challenge: Challenge, now_ms: int) -> None:
    """A new challenge; those that expired are swept out."""
    await unit.run(_SWEEP_CHALLENGES, b_now_ms=now_ms)
    await unit.run(_INSERT_CHALLENGE, **msgspec.structs.asdict(challenge))


async def take_challenge(unit: Writer, staff_id: str, challenge_id: str) -> Challenge | None:
    """Somebody's challenge, which is gone by this: None the second time."""
    row = await unit.row(_FIND_CHALLENGE, id=challenge_id, staff_id=staff_id)
    if not row or await unit.run(_DELETE_CHALLENGE, b_id=challenge_id) != 1:
        return None
    return Challenge(**dict(zip(_CHALLENGE_NAMES, row, strict=True)))


async def insert_api_key(unit: Writer, key: ApiKey) -> None:
    """A new key."""
    row = {**msgspec.structs.asdict(key), "scopes": msgspec.json.encode(sorted(key.scopes)).decode()}
    await unit.run(_INSERT_KEY, **row)


async def find_api_key(reader: Reader, key_id: str) -> ApiKey | None:
    """One key, revoked or not."""
    row = await reader.row(_FIND_KEY, id=key_id)
    return _api_key(row) if row else None


async def list_api_keys(reader: Reader) -> list[ApiKey]:
    """All keys (KEYS_LIMIT at most), newest first."""
    return [_api_key(row) for row in await reader.rows(_LIST_KEYS, limit=KEYS_LIMIT)]


async def use_api_keys(unit: Writer, key_ids: Sequence[str], at_ms: int) -> None:
    """These keys were used."""
    await unit.run_many(_USE_KEY, [{"b_id": key_id, "b_at_ms": at_ms} for key_id in key_ids])


async def revoke_api_key(unit: Writer, key_id: str, at_ms: int) -> bool:
    """False when there is no such key or it was revoked before."""
    return await unit.run(_REVOKE_KEY, b_id=key_id, b_at_ms=at_ms) == 1


def _staff(row: Row) -> Staff:
    fields = dict(zip((*_NAMES, "passkeys"), row, strict=True))
    return Staff(**{**fields, "active": bool(fields["active"])})


def _staff_row(person: Staff) -> dict[str, Any]:
    row = msgspec.structs.asdict(person)
    del row["passkeys"]
    return {**row, "active": int(person.active), "login_key": folded(person.login)}


def _api_key(row: Row) -> ApiKey:
    fields = dict(zip(_KEY_NAMES, row, strict=True))
    return ApiKey(**{**fields, "scopes": msgspec.json.decode(fields["scopes"], type=frozenset[Scope])})


_S, _P, _R, _H, _K = STAFF.c, PASSKEYS.c, RECOVERY_CODES.c, CHALLENGES.c, API_KEYS.c
_NAMES = (
    "id", "login", "name", "role", "created_ms", "active", "epoch", "temporary_until_ms", "totp_sealed", "totp_step",
)  # fmt: skip
_PASSKEY_NAMES = ("id", "staff_id", "public_key", "sign_count", "name", "created_ms", "used_ms")
_CHALLENGE_NAMES = ("id", "staff_id", "purpose", "challenge", "expires_ms")
_KEY_NAMES = ("id", "name", "key_hash", "scopes", "created_by", "created_ms", "used_ms", "revoked_ms")
_PASSKEY_COUNT = select(func.count()).select_from(PASSKEYS).where(_P.staff_id == _S.id).scalar_subquery()
_STAFF = select(*(_S[name] for name in _NAMES), _PASSKEY_COUNT)
_ONE = _S.id == bindparam("b_id")

_INSERT = Statement(insert(STAFF).values({column.name: bindparam(column.name) for column in STAFF.columns}))
_FIND = Statement(_STAFF.where(within(_S.id, "ids")).order_by(_S.id))
_FIND_BY_LOGIN = Statement(_STAFF.where(_S.login_key == bindparam("login_key")))
_LIST = Statement(_STAFF.order_by(_S.active.desc(), _S.name, _S.id).limit(bindparam("limit")))
_OWNERS = Statement(select(func.count()).select_from(STAFF).where(_S.role == "owner", _S.active == 1))
_SET_ROLE = Statement(update(STAFF).where(_ONE).values(role=bindparam("b_role"), epoch=_S.epoch + 1))
_SET_ACTIVE = Statement(update(STAFF).where(_ONE).values(active=bindparam("b_active"), epoch=_S.epoch + 1))
_SET_TEMPORARY = Statement(
    update(STAFF).where(_ONE).values(temporary_until_ms=bindparam("b_until_ms"), epoch=_S.epoch + 1)
)
_BUMP_EPOCH = Statement(update(STAFF).where(_ONE).values(epoch=_S.epoch + 1))
_SET_TOTP = Statement(
    update(STAFF).where(_ONE).values(totp_sealed=bindparam("b_sealed"), totp_step=bindparam("b_step"))
)
_USE_TOTP_STEP = Statement(
    update(STAFF).where(_ONE, _S.totp_step < bindparam("b_step")).values(totp_step=bindparam("b_step"))
)
_INSERT_PASSKEY = insert_new(PASSKEYS)
_PASSKEYS_OF = Statement(
    select(*(_P[name] for name in _PASSKEY_NAMES))
    .where(_P.staff_id == bindparam("staff_id"))
    .order_by(_P.created_ms, _P.id_hash)
)
_USE_PASSKEY = Statement(
    update(PASSKEYS)
    .where(_P.id_hash == bindparam("b_id_hash"))
    .values(sign_count=bindparam("b_sign_count"), used_ms=bindparam("b_at_ms"))
)
_DELETE_PASSKEY = Statement(
    delete(PASSKEYS).where(_P.id_hash == bindparam("b_id_hash"), _P.staff_id == bindparam("b_staff_id"))
)
_DELETE_PASSKEYS = Statement(delete(PASSKEYS).where(_P.staff_id == bindparam("b_staff_id")))
_DELETE_CODES = Statement(delete(RECOVERY_CODES).where(_R.staff_id == bindparam("b_staff_id")))
_INSERT_CODE = Statement(
    insert(RECOVERY_CODES).values({column.name: bindparam(column.name) for column in RECOVERY_CODES.columns})
)
_USE_CODE = Statement(
    update(RECOVERY_CODES)
    .where(_R.staff_id == bindparam("b_staff_id"), _R.code_hash == bindparam("b_code_hash"), _R.used_ms == 0)
    .values(used_ms=bindparam("b_at_ms"))
)
_CODES_LEFT = Statement(
    select(func.count()).select_from(RECOVERY_CODES).where(_R.staff_id == bindparam("staff_id"), _R.used_ms == 0)
)
_INSERT_CHALLENGE = Statement(
    insert(CHALLENGES).values({column.name: bindparam(column.name) for column in CHALLENGES.columns})
)
_SWEEP_CHALLENGES = Statement(delete(CHALLENGES).where(_H.expires_ms <= bindparam("b_now_ms")))
_FIND_CHALLENGE = Statement(
    select(*(_H[name] for name in _CHALLENGE_NAMES)).where(
        _H.id == bindparam("id"), _H.staff_id == bindparam("staff_id")
    )
)
_DELETE_CHALLENGE = Statement(delete(CHALLENGES).where(_H.id == bindparam("b_id")))
_INSERT_KEY = Statement(insert(API_KEYS).values({column.name: bindparam(column.name) for column in API_KEYS.columns}))
_KEY = select(*(_K[name] for name in _KEY_NAMES))
_FIND_KEY = Statement(_KEY.where(_K.id == bindparam("id")))
_LIST_KEYS = Statement(_KEY.order_by(_K.id.desc()).limit(bindparam("limit")))
_USE_KEY = Statement(update(API_KEYS).where(_K.id == bindparam("b_id")).values(used_ms=bindparam("b_at_ms")))
_REVOKE_KEY = Statement(
    update(API_KEYS).where(_K.id == bindparam("b_id"), _K.revoked_ms == 0).values(revoked_ms=bindparam("b_at_ms"))
)
