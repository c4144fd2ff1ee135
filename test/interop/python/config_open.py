"""Opens a command shell, waits for a word, and runs a command in it."""

import conn
from pypsrp.shell import Process, WinRS


def main(command):
    with WinRS(conn.wsman()) as shell:
        conn.emit({"open": True})
        conn.wait_for_word()
        process = Process(shell, command)
        process.invoke()
        return {"ran": process.rc == 0}


conn.run(main)
