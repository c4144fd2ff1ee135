"""Opens command shells, and closes them again."""

import conn
from pypsrp.shell import WinRS


def main(shells):
    opened = []
    try:
        for _ in range(shells):
            shell = WinRS(conn.wsman())
            shell.open()
            opened.append(shell)
    finally:
        for shell in opened:
            shell.close()
    return {"opened": len(opened)}


conn.run(main)
