"""Asks for idle timeouts at Create and at Disconnect, and reports the fault codes."""

import conn
import psrp


def code_at_create(configuration, seconds):
    pool = psrp.new_pool(configuration_name=configuration, idle_timeout=seconds)
    code = conn.code_of(pool.open)
    if code == 0:
        pool.close()
    return code


def main(configuration, create, disconnect):
    """create: seconds; disconnect: durations as they are written."""
    at_create = {str(seconds): code_at_create(configuration, seconds) for seconds in create}
    at_disconnect = {}
    with psrp.new_pool(configuration_name=configuration) as pool:
        default = psrp.get_shell(pool.connection, pool.id)["IdleTimeOut"]
        for duration in disconnect:
            at_disconnect[duration] = conn.code_of(psrp.disconnect, pool, idle_timeout=duration)
            if at_disconnect[duration] == 0:
                pool.connect()
        changed = psrp.get_shell(pool.connection, pool.id)["IdleTimeOut"]
    return {"create": at_create, "disconnect": at_disconnect, "default": default, "changed": changed}


conn.run(main)
