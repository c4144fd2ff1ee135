"""Runs pipelines at the same time in one pool, each received by a thread of its own."""

import threading
import time

import conn
import psrp

SCRIPT = "param($n) 1..20 | ForEach-Object { '{0} {1}' -f $n, $_; Start-Sleep -Milliseconds 50 }"


def start(pool, number):
    ps = psrp.PowerShell(pool)
    ps.add_script(SCRIPT).add_argument(number)
    ps.begin_invoke()
    return ps


def main(pipelines, rounds):
    with psrp.new_pool(max_runspaces=pipelines) as pool:
        started = time.monotonic()
        outputs = []
        for _ in range(rounds):
            running = [start(pool, number) for number in range(pipelines)]
            threads = [threading.Thread(target=ps.end_invoke) for ps in running]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for ps in running:
                ps.close()
                outputs.append(psrp.plain(ps.output))
        return {"outputs": outputs, "seconds": time.monotonic() - started}


conn.run(main)
