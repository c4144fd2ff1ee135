"""Changes the number of runspaces and resets the runspace's state."""

import conn
import psrp


def main():
    with psrp.new_pool() as pool:
        available = [pool.get_available_runspaces()]
        pool.max_runspaces = 3
        available.append(pool.get_available_runspaces())
        pool.min_runspaces = 2
        bounds = [pool.min_runspaces, pool.max_runspaces]
        pool.min_runspaces = 1
        pool.max_runspaces = 1

        psrp.invoke(pool, "$global:kept = 'value'")
        before = psrp.invoke(pool, "$global:kept")
        pool.reset_runspace_state()
        after = psrp.invoke(pool, "$null -eq $global:kept")
        return {"available": available, "bounds": bounds, "before": before, "after": after}


conn.run(main)
