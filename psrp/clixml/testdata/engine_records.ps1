# Reads records as a client of PowerShell reads them from messages, and writes
# them again: each line is the kind of record and a document in base64.
param($Path)
$automation = [psobject].Assembly
$any = [Reflection.BindingFlags]'NonPublic,Public,Static,Instance'
foreach ($line in [IO.File]::ReadAllLines($Path)) {
    $kind, $encoded = $line.Split(' ')
    $text = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($encoded))
    $object = [System.Management.Automation.PSSerializer]::Deserialize($text)
    $type = $automation.GetType("System.Management.Automation.$kind")
    $read = $type.GetMethod('FromPSObjectForRemoting', $any)
    if ($read) {
        $record = $read.Invoke($null, @($object))
    } else {
        $record = $type.GetConstructor($any, $null, @([psobject]), $null).Invoke(@($object))
    }
    if ($kind -ne 'ProgressRecord') { $record = @($record, 0) }
    $again = [System.Management.Automation.PSSerializer]::Serialize($record, 4)
    [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($again))
}
