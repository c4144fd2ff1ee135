"""Runs a nested pipeline while the outer one has the runspace."""

import conn
import psrp


def main():
    with psrp.new_pool() as pool:
        outer = psrp.begin(pool, "$i = 0; $seen = 'by the outer'; 'begun'; while ($true) { $i++ }")
        psrp.poll_until(outer, lambda ps: ps.output)
        nested = outer.create_nested_power_shell()
        nested.add_cmdlet("Get-Variable").add_parameter("Name", "seen").add_parameter("ValueOnly", True)
        nested.invoke()
        outer.stop()
        outer.close()
        return psrp.outcome(nested)


conn.run(main)
