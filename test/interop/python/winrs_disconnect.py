"""Disconnects a command shell in one process and connects to it in another.

With named, Create carries a ShellId, which a shell needs to be disconnected.
With shell_id, the script connects to that shell and receives the command.
"""

import uuid

from pypsrp.shell import Process, WinRS

import conn
import psrp


def attach(shell_id, command_id):
    connection = conn.wsman()
    shell = WinRS(connection, id=shell_id)
    shell._selector_set = psrp.selectors(shell_id)  # what open would set
    shell.opened = True
    connection.connect(conn.CMD_URI, psrp.element("Connect"), selector_set=shell._selector_set)
    connection.connect(conn.CMD_URI, psrp.element("Connect", CommandId=command_id), selector_set=shell._selector_set)
    process = Process(shell, "", id=command_id)
    process.end_invoke()
    shell.close()
    return {"stdout": process.stdout.decode(), "exitCode": process.rc}


def leave(command, named):
    connection = conn.wsman()
    shell = WinRS(connection, id=str(uuid.uuid4()).upper() if named else None)
    shell.open()
    process = Process(shell, command)
    process.begin_invoke()
    while not process.stdout:
        process.poll_invoke()
    code = conn.code_of(
        connection.disconnect, conn.CMD_URI, psrp.element("Disconnect"), selector_set=shell._selector_set
    )
    if code:
        shell.close()
    return {"shellId": shell.id, "commandId": process.id, "stdout": process.stdout.decode(), "code": code}


def main(command=None, named=False, shell_id=None, command_id=None):
    return attach(shell_id, command_id) if shell_id else leave(command, named)


conn.run(main)
