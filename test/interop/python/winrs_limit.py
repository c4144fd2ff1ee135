"""Runs a command line in a command shell of a session configuration."""

from pypsrp.shell import Process, WinRS

import conn


def main(configuration, line):
    uri = f"http://schemas.microsoft.com/wbem/wsman/1/windows/shell/{configuration}"
    with WinRS(conn.wsman(), resource_uri=uri) as shell:
        process = Process(shell, line)
        process.invoke()
        return {
            "stdout": process.stdout.decode(),
            "stderr": process.stderr.decode(),
            "exitCode": process.rc,
        }


conn.run(main)
