"""Runs an allowed command, a forbidden one and a script in a constrained configuration."""

from pypsrp.exceptions import WSManFaultError

import conn
import psrp


def attempt(pool, add):
    """What a pipeline ends with; a refusal may also be a fault."""
    ps = psrp.PowerShell(pool)
    add(ps)
    try:
        ps.invoke()
        ps.close()
    except WSManFaultError as error:
        return {"output": [], "errors": [str(error)], "state": "Failed"}
    return psrp.outcome(ps)


def main(configuration, allowed, forbidden, script):
    with psrp.new_pool(configuration_name=configuration) as pool:
        return {
            "allowed": attempt(pool, lambda ps: ps.add_cmdlet(allowed)),
            "forbidden": attempt(pool, lambda ps: ps.add_cmdlet(forbidden)),
            "script": attempt(pool, lambda ps: ps.add_script(script)),
        }


conn.run(main)
