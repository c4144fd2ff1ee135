"""Stops a pipeline that would never end, and uses its runspace again."""

import time

import conn
import psrp


def main():
    with psrp.new_pool() as pool:
        ps = psrp.begin(pool, "1; while ($true) { Start-Sleep -Milliseconds 50 }")
        psrp.poll_until(ps, lambda ps: ps.output)
        started = time.monotonic()
        ps.stop()
        ps.close()
        after = psrp.invoke(pool, "'after'")
        return {"before": psrp.plain(ps.output), "after": after, "seconds": time.monotonic() - started}


conn.run(main)
