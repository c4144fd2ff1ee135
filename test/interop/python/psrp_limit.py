"""Runs a script that may bring its session down, and reports what the client reads of it."""

import psrp
import conn


def main(script, configuration):
    pool = psrp.new_pool(conn.wsman(), configuration_name=configuration)
    pool.open()
    said = ""
    ps = psrp.begin(pool, script)
    try:
        ps.end_invoke()
    except Exception as error:  # whatever a pool that has broken brings
        said = f"{type(error).__name__}: {error}"
    result = psrp.outcome(ps)
    try:
        pool.close()
    except Exception as error:
        said += f"\n{type(error).__name__}: {error}"
    return {**result, "pool": said}


conn.run(main)
