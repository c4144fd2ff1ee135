"""Opens a pool, runs a script in one pipeline and reports everything that came back."""

import time

from pypsrp.exceptions import WSManFaultError

import conn
import psrp


class Receives:
    """Counts the Receives of a shell, and those that timed out."""

    def __init__(self, shell):
        self.count = 0
        self.timeouts = 0
        self._receive = shell.receive
        shell.receive = self

    def __call__(self, *arguments, **options):
        self.count += 1
        try:
            return self._receive(*arguments, **options)
        except WSManFaultError as error:
            self.timeouts += error.code == conn.OPERATION_TIMED_OUT
            raise


def main(script, connection=None, configuration=None, application_arguments=None, merge=None):
    options = {"configuration_name": configuration} if configuration else {}
    pool = psrp.new_pool(conn.wsman(**(connection or {})), **options)
    pool.open(application_arguments=application_arguments)
    try:
        ps = psrp.PowerShell(pool)
        ps.add_script(script)
        for stream, to in (merge or {}).items():
            getattr(ps, f"merge_{stream}")(to)
        receives = Receives(pool.shell)
        started = time.monotonic()
        ps.invoke()
        seconds = time.monotonic() - started
        ps.close()
        return {
            **psrp.outcome(ps),
            "shellId": pool.id,
            "protocolVersion": pool.protocol_version,
            "receives": receives.count,
            "timeouts": receives.timeouts,
            "seconds": seconds,
        }
    finally:
        pool.close()


conn.run(main)
