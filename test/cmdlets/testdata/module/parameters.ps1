# The parameters of $commands, as other engines can be asked for them too.
foreach ($command in $commands) {
    $info = Get-Command $command
    foreach ($parameter in $info.Parameters.Values) {
        if ([System.Management.Automation.PSCmdlet]::CommonParameters -contains $parameter.Name) { continue }
        $aliases = @($parameter.Aliases | ForEach-Object { $_.ToLowerInvariant() } | Sort-Object) -join '/'
        "$command -$($parameter.Name) $($parameter.ParameterType.Name -replace '^WinRMD') $aliases"
    }
}
