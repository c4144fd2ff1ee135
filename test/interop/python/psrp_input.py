"""Gives objects to a pipeline's input, each list in Sends of its own."""

import conn
import psrp

COUNT = "begin { $n = 0; $length = 0 } process { $n++; $length += $_.Length } end { $n; $length }"


def main(lists, connection=None):
    """lists: [[how many strings, how long], ...]"""
    sends = 0
    with psrp.new_pool(conn.wsman(**(connection or {}))) as pool:
        send = pool.shell.send

        def counted_send(*arguments, **options):
            nonlocal sends
            sends += 1
            return send(*arguments, **options)

        pool.shell.send = counted_send
        output = psrp.invoke(pool, COUNT, input=(["x" * length] * many for many, length in lists))
        echoed = psrp.invoke(pool, "process { $_ }", input=["a", 1, True, {"key": "value"}])
    return {"count": output[0], "length": output[1], "echoed": echoed, "sends": sends}


conn.run(main)
