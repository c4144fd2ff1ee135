"""Ends a command with a signal and uses its id afterwards."""

from pypsrp.shell import CommandState, Process, SignalCode, WinRS

import conn


def main(command, signal):
    with WinRS(conn.wsman()) as shell:
        process = Process(shell, command)
        process.begin_invoke()
        while b"started" not in process.stdout:
            process.poll_invoke()
        process.signal(getattr(SignalCode, signal))
        code = 0
        while process.state != CommandState.DONE and code == 0:
            code = conn.code_of(process.poll_invoke)
        again = Process(shell, "echo", ["again"])
        again.invoke()
        return {"exitCode": process.rc, "code": code, "again": again.stdout.decode()}


conn.run(main)
