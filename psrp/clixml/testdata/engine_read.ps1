# Reads documents, one a line in base64, and writes what the engine has read.
param($Path)
foreach ($line in [IO.File]::ReadAllLines($Path)) {
    $text = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($line))
    $object = [System.Management.Automation.PSSerializer]::Deserialize($text)
    $again = [System.Management.Automation.PSSerializer]::Serialize($object, 40)
    [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($again))
}
