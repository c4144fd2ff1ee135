"""Prints the pool's id and each output as it comes, until the pipeline ends or the script is killed."""

import conn
import psrp


def main(script, connection=None, open_options=None):
    pool = psrp.new_pool(conn.wsman(**(connection or {})), **(open_options or {}))
    pool.open()
    conn.emit({"shellId": pool.id})
    ps = psrp.begin(pool, script)
    printed = 0
    while ps.state == psrp.PSInvocationState.RUNNING:
        ps.poll_invoke()
        conn.emit({"output": psrp.plain(ps.output[printed:])})
        printed = len(ps.output)
    ps.close()
    pool.close()
    return psrp.outcome(ps)


conn.run(main)
