"""A PostgreSQL that follows ours, by streaming, in a folder of its own."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests import engines
from tests.engines import Server


class Standby:
    """It can be paused, killed and started again; `url` names a database there."""

    def __init__(self, primary: Server) -> None:
        self._programs = engines._postgresql_bin()
        self._folder = engines._folder("postgresql")
        engines._run(
            self._programs / "pg_basebackup", "-h", primary.folder, "-U", "fairday", "-D", self._folder / "data",
            "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync",
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(self._folder), "max_connections": "300",
            "wal_receiver_status_interval": "1", "hot_standby_feedback": "on", "log_min_messages": "fatal",
        }  # fmt: skip
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        program = self._programs / "postgres"
        process = engines._start(self._folder, program, "-D", self._folder / "data", *arguments)
        self.server = Server("postgresql", process, self._folder)
        engines._await_answer(self.server, "postgres")

    def kill(self) -> None:
        """As a power cut would: its children end by themselves."""
        self.server.stop(signal.SIGKILL)

    def pause(self) -> None:
        """What arrives is kept, and not applied."""
        engines.ask(self.url("postgres"), "SELECT pg_wal_replay_pause()")

    def resume(self) -> None:
        engines.ask(self.url("postgres"), "SELECT pg_wal_replay_resume()")

    def url(self, name: str) -> str:
        return self.server.url(name)


@contextmanager
def standby(primary: Server) -> Iterator[Standby]:
    """Until the block ends."""
    following = Standby(primary)
    try:
        yield following
    finally:
        if following.server.process.poll() is None:
            following.server.stop(signal.SIGINT)
