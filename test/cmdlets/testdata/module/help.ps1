# What is missing in the help of the module's commands.
foreach ($command in Get-Command -Module WinRMD) {
    $help = if ($command.Name -eq 'Get-PSSession') { Get-Help Get-PSSession -Category Function } else { Get-Help $command.Name }
    if (-not $help.Synopsis -or $help.Synopsis -match '\[<CommonParameters>\]') { "$($command.Name): synopsis" }
    if (-not $help.description) { "$($command.Name): description" }
    if (-not $help.examples.example) { "$($command.Name): example" }
    foreach ($parameter in $help.parameters.parameter) {
        if (-not $parameter.description -and $parameter.name -notin 'WhatIf', 'Confirm') { "$($command.Name): parameter $($parameter.name)" }
    }
}
