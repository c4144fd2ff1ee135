"""Runs pipelines at the same time in one pool, each received by a thread of its own.

Each pipeline waits until all of its round have begun.
"""

import os
import threading

import conn
import psrp

SCRIPT = """param($n, $directory, $all)
[IO.File]::WriteAllText("$directory/$n", '')
while ([IO.Directory]::GetFiles($directory).Count -lt $all) { Start-Sleep -Milliseconds 50 }
1..20 | ForEach-Object { '{0} {1}' -f $n, $_; Start-Sleep -Milliseconds 50 }"""


def start(pool, number, directory, pipelines):
    ps = psrp.PowerShell(pool)
    ps.add_script(SCRIPT).add_argument(number).add_argument(directory).add_argument(pipelines)
    ps.begin_invoke()
    return ps


def main(pipelines, rounds, directory):
    with psrp.new_pool(max_runspaces=pipelines) as pool:
        outputs = []
        for round in range(rounds):
            meeting = os.path.join(directory, str(round))
            os.mkdir(meeting)
            running = [start(pool, number, meeting, pipelines) for number in range(pipelines)]
            threads = [threading.Thread(target=ps.end_invoke) for ps in running]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for ps in running:
                ps.close()
                outputs.append(psrp.plain(ps.output))
        return {"outputs": outputs}


conn.run(main)
