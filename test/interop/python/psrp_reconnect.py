"""Disconnects and reconnects twice in one process and receives the pipeline to its end."""

import conn
import psrp


def main(script, receive):
    with psrp.new_pool() as pool:
        ps = psrp.begin(pool, script)
        psrp.poll_until(ps, lambda ps: len(ps.output) >= receive)
        while_disconnected = []
        for _ in range(2):
            pool.disconnect()
            while_disconnected.append(conn.code_of(psrp.PowerShell.poll_invoke, ps))
            pool.connect()
        ps.connect()
        ps.close()
        return {
            **psrp.outcome(ps),
            "whileDisconnected": while_disconnected,
            "after": psrp.invoke(pool, "'after'"),
        }


conn.run(main)
