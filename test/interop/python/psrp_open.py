"""Opens several pools that stay open together, and in the first several pipelines; says how each went."""

import conn
import psrp
from pypsrp.exceptions import WSManFaultError
from pypsrp.shell import WinRS


def attempt(operation):
    try:
        operation()
    except WSManFaultError as error:
        return {"code": conn.fault_code(error), "text": error.message}
    return {"code": 0, "text": ""}


def main(pools, configuration="Microsoft.PowerShell", pipelines=0, script=None, shells=0):
    opened, results, pipes, texts, output = [], [], [], [], []
    try:
        for _ in range(pools):
            pool = psrp.new_pool(conn.wsman(), configuration_name=configuration)
            result = attempt(pool.open)
            results.append(result)
            if not result["code"]:
                opened.append(pool)
        for _ in range(shells):
            shell = WinRS(conn.wsman())
            result = attempt(shell.open)
            results.append(result)
            if not result["code"]:
                opened.append(shell)
        for _ in range(pipelines):
            pipes.append(attempt(lambda: psrp.begin(opened[0], "Start-Sleep -Seconds 600")))
        if script:
            output = psrp.invoke(opened[0], script)
    finally:
        for shell in opened:
            shell.close()
    return {"pools": results, "pipelines": pipes, "output": output}


conn.run(main)
