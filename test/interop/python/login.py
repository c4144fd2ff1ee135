"""Asks for something harmless, to see whether the server lets this user in."""

import conn
import psrp


def main():
    return {"shells": len(psrp.RunspacePool.get_runspace_pools(conn.wsman()))}


conn.run(main)
