"""Exchanges keys and sends a secure string each way."""

from pypsrp.complex_objects import ObjectMeta

import conn
import psrp

READ = "param($secret) $secret.GetType().Name; [System.Net.NetworkCredential]::new('', $secret).Password"
WRITE = "$secret = [securestring]::new(); foreach ($c in [char[]]$args[0]) { $secret.AppendChar($c) }; $secret"


def main(text):
    with psrp.new_pool() as pool:
        pool.exchange_keys()
        there = psrp.PowerShell(pool)
        there.add_script(READ).add_argument(pool.serialize(text, ObjectMeta("SS")))
        back = psrp.PowerShell(pool)
        back.add_script(WRITE).add_argument(text)
        return {"there": psrp.plain(there.invoke()), "back": psrp.plain(back.invoke())}


conn.run(main)
