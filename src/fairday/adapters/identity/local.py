"""`local:` identity: argon2id hashes and the count of failures, in tables of the shop's own database.

A try is counted before the password is looked at and forgiven when it was right, so any number of tries at once is
still limited. A lock lasts at most a quarter of an hour: it slows a guesser, and its owner down only so far.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select, update

from fairday.adapters.identity.hashing import HashingPool
from fairday.adapters.identity.strength import is_checkable, refuse_weak
from fairday.adapters.identity.tables import CREDENTIALS, TRIES
from fairday.kernel.clock import DAY_MS, SECOND_MS, Clock
from fairday.kernel.errors import Invalid, TooMany
from fairday.kernel.folding import folded
from fairday.kernel.ids import token_hash
from fairday.kernel.sql import KEY_LENGTH, Statement, insert_new
from fairday.kernel.unit_of_work import Writer
from fairday.ports.database import Database
from fairday.ports.identity import LoginTaken, Realm

FREE_TRIES = 5
FIRST_DELAY_MS = 15 * SECOND_MS
LONGEST_DELAY_MS = 15 * 60 * SECOND_MS
FORGET_AFTER_MS = DAY_MS
_DOUBLINGS = 10


class LocalIdentity:
    """The Identity port. `context` are words that no password may be made of: the shop's name, its host."""

    def __init__(
        self, database: Database, clock: Clock, *, context: Sequence[str] = (), pool: HashingPool | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._context = tuple(context)
        self.pool = pool or HashingPool()

    def refuse_weak(self, login: str, password: str) -> None:
        """WeakPassword when it would be refused."""
        refuse_weak(password, [*self._context, login])

    async def create(self, realm: Realm, login: str, password: str, subject: str) -> None:
        """A new credential."""
        self.refuse_weak(login, password)
        key = _login_key(login)
        async with self.pool.place():
            encoded = await self.pool.hash(password)
        async with self._database.write() as unit:
            await self._insert(unit, realm, key, subject, encoded)

    async def check(self, realm: Realm, login: str, password: str) -> str | None:
        """The subject, after one argon2 run whatever happens."""
        key = folded(login)
        async with self.pool.place():
            stored = await self._count_try(realm, key)
            checkable = is_checkable(password)
            right = await self.pool.verify(stored if checkable else None, password if checkable else "")
            if not right or stored is None:
                return None
            fresh = await self.pool.hash(password) if self.pool.is_outdated(stored) else stored
        async with self._database.write() as unit:
            row = await unit.row(_FIND_LOCKED, realm=realm, login=key)
            if row is None or row[1] != stored:  # changed while we were looking
                return None
            await unit.run(_FORGIVE, realm=realm, login_hash=token_hash(key))
            if fresh != stored:
                await unit.run(_SET_HASH, b_realm=realm, b_login=key, b_hash=fresh, b_at_ms=self._clock.now_ms())
        return str(row[0])

    async def change(
        self, realm: Realm, subject: str, *, login: str | None = None, password: str | None = None
    ) -> None:
        """A new login, a new password, or both."""
        async with self._database.read() as reader:
            row = await reader.row(_FIND_BY_SUBJECT, realm=realm, subject=subject)
        if row is None and (login is None or password is None):
            return
        key = _login_key(login) if login is not None else str(row[0]) if row else ""
        encoded = str(row[1]) if row else ""
        if password is not None:
            self.refuse_weak(key, password)
            async with self.pool.place():
                encoded = await self.pool.hash(password)
        async with self._database.write() as unit:
            if password is None:
                row = await unit.row(_FIND_BY_SUBJECT_LOCKED, realm=realm, subject=subject)
                encoded = str(row[1]) if row else encoded
            await unit.run(_DELETE, realm=realm, subject=subject)
            await self._insert(unit, realm, key, subject, encoded)
            await unit.run(_FORGIVE, realm=realm, login_hash=token_hash(key))

    async def remove(self, realm: Realm, subject: str) -> None:
        """The credential is gone."""
        async with self._database.write() as unit:
            await unit.run(_DELETE, realm=realm, subject=subject)

    async def close(self) -> None:
        """Let the threads go."""
        self.pool.close()

    async def _count_try(self, realm: Realm, key: str) -> str | None:
        """Count a failure in advance, or raise TooMany; the stored hash, if the login exists."""
        now_ms, login_hash = self._clock.now_ms(), token_hash(key)
        async with self._database.write() as unit:
            await unit.run(_FORGET, before_ms=now_ms - FORGET_AFTER_MS)
            await unit.run(_FIRST_TRY, realm=realm, login_hash=login_hash, failures=0, last_ms=now_ms)
            tried = await unit.row(_TRIES, realm=realm, login_hash=login_hash)
            failures, last_ms = tried or (0, 0)
            wait_ms = last_ms + delay_ms(failures) - now_ms
            if wait_ms > 0:
                raise TooMany(retry_after_s=-(-wait_ms // SECOND_MS))
            await unit.run(_COUNT_TRY, b_realm=realm, b_login_hash=login_hash, b_now_ms=now_ms)
            row = await unit.row(_FIND, realm=realm, login=key)
        return str(row[1]) if row else None

    async def _insert(self, unit: Writer, realm: Realm, key: str, subject: str, encoded: str) -> None:
        row = {"realm": realm, "login": key, "subject": subject, "hash": encoded, "changed_ms": self._clock.now_ms()}
        if await unit.run(_INSERT, **row) != 1:
            raise LoginTaken


def delay_ms(failures: int) -> int:
    """How long after the last of so many failures in a row the next try may come."""
    if failures < FREE_TRIES:
        return 0
    return int(min(FIRST_DELAY_MS << min(failures - FREE_TRIES, _DOUBLINGS), LONGEST_DELAY_MS))


def _login_key(login: str) -> str:
    key = folded(login)
    if not key or len(key) > KEY_LENGTH:
        raise Invalid(field="login", problem="error-login-shape")
    return key


_C, _T = CREDENTIALS.c, TRIES.c
_INSERT = insert_new(CREDENTIALS)
_BY_LOGIN = select(_C.subject, _C.hash).where(_C.realm == bindparam("realm"), _C.login == bindparam("login"))
_FIND = Statement(_BY_LOGIN)
_FIND_LOCKED = Statement(_BY_LOGIN.with_for_update())
_BY_SUBJECT = select(_C.login, _C.hash).where(_C.realm == bindparam("realm"), _C.subject == bindparam("subject"))
_FIND_BY_SUBJECT = Statement(_BY_SUBJECT)
_FIND_BY_SUBJECT_LOCKED = Statement(_BY_SUBJECT.with_for_update())
_SET_HASH = Statement(
    update(CREDENTIALS)
    .where(_C.realm == bindparam("b_realm"), _C.login == bindparam("b_login"))
    .values(hash=bindparam("b_hash"), changed_ms=bindparam("b_at_ms"))
)
_DELETE = Statement(delete(CREDENTIALS).where(_C.realm == bindparam("realm"), _C.subject == bindparam("subject")))
_TRIES = Statement(
    select(_T.failures, _T.last_ms)
    .where(_T.realm == bindparam("realm"), _T.login_hash == bindparam("login_hash"))
    .with_for_update()
)
_FIRST_TRY = insert_new(TRIES)
_COUNT_TRY = Statement(
    update(TRIES)
    .where(_T.realm == bindparam("b_realm"), _T.login_hash == bindparam("b_login_hash"))
    .values(failures=_T.failures + 1, last_ms=bindparam("b_now_ms"))
)
_FORGIVE = Statement(delete(TRIES).where(_T.realm == bindparam("realm"), _T.login_hash == bindparam("login_hash")))
_FORGET = Statement(delete(TRIES).where(_T.last_ms < bindparam("before_ms")))
