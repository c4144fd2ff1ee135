"""Connects to a pool by its id alone, as a client does that keeps the id elsewhere."""

import conn
import psrp


def main(shell_id):
    pool = psrp.new_pool()
    pool.id = pool.shell.id = shell_id
    pool.shell.opened = True
    pool._new_client = True  # what get_runspace_pools sets on each pool that it lists
    pool.state = psrp.RunspacePoolState.DISCONNECTED
    pool.connect()
    return {"state": str(psrp.RunspacePoolState(pool.state))}


conn.run(main)
