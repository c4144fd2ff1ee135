"""A new client: lists the pools, connects to some, receives what their pipelines still give, deletes them.

With after, that script runs last; with secret, keys are exchanged for it and
its output is followed by the secret, which went there and back.
"""

from pypsrp.complex_objects import ObjectMeta

import conn
import psrp


def run_after(pool, script, secret):
    output = psrp.invoke(pool, script)
    if secret:
        pool.exchange_keys()
        ps = psrp.PowerShell(pool)
        ps.add_script("$args[0]").add_argument(pool.serialize(secret, ObjectMeta("SS")))
        output += psrp.plain(ps.invoke())
        ps.close()
    return output


def receive(shell_id, busy_seconds, after, secret):
    pool = psrp.connect_pool(conn.wsman(), shell_id, busy_seconds)
    state = str(psrp.RunspacePoolState(pool.state))
    has_private_data = pool.application_private_data is not None
    runspaces = [pool.min_runspaces, pool.max_runspaces]
    pipelines = []
    for ps in pool.create_disconnected_power_shells():
        ps.connect()
        pipelines.append(psrp.outcome(ps))
        ps.close()
    later = run_after(pool, after, secret) if after else None
    pool.close()
    return {
        "shellId": shell_id,
        "state": state,
        "hasPrivateData": has_private_data,
        "runspaces": runspaces,
        "pipelines": pipelines,
        "after": later,
    }


def main(shells, busy_seconds=0, after=None, secret=None):
    listed = [pool.id for pool in psrp.RunspacePool.get_runspace_pools(conn.wsman())]
    return {
        "listed": listed,
        "pools": [receive(shell_id, busy_seconds, after, secret) for shell_id in shells],
    }


conn.run(main)
