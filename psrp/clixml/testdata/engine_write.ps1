# Serializes objects of many types, one document a line in base64: what it is,
# then the document.
function Write-Document($name, $object, $depth = 3) {
    $text = [System.Management.Automation.PSSerializer]::Serialize($object, $depth)
    $name + ' ' + [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($text))
}
$shared = [pscustomobject]@{ Name = 'shared' }
$circle = [pscustomobject]@{ Name = 'circle'; Self = $null }
$circle.Self = $circle
$note = [psobject]::AsPSObject('text')
$note.PSObject.Properties.Add([psnoteproperty]::new('Foo', 1))
$set = [psobject]::AsPSObject([object]::new())
$set.PSObject.Members.Add([System.Management.Automation.PSMemberSet]::new('Inner', [System.Management.Automation.PSMemberInfo[]]@([psnoteproperty]::new('A', 1))))
$named = [pscustomobject]@{ PSTypeName = 'Contoso.Thing'; 'with space_x0041_ <"&' = "a`r`n`t$([char]0)" }
$queue = [System.Collections.Queue]::new(); foreach ($i in 1..3) { $queue.Enqueue($i) }
$stack = [System.Collections.Stack]::new(); foreach ($i in 1..3) { $stack.Push($i) }
$secure = [securestring]::new(); $secure.AppendChar('x')
$errors = @()
try { throw [System.IO.IOException]::new('outer', [System.InvalidOperationException]::new('inner')) } catch { $errors += $_ }
try { Get-Command -NoSuchParameter } catch { $errors += $_ }
try { [int]::Parse('x') } catch { $errors += $_ }
function Thrower([Parameter(ValueFromPipeline)] $Value) { process { throw "with value $Value" } }
try { 1 | Thrower } catch { $errors += $_ }
$extended = foreach ($e in $errors) {
    [System.Management.Automation.ErrorRecord].GetField('_serializeExtendedInfo', [Reflection.BindingFlags]'NonPublic,Instance').SetValue($e, $true)
    $e.ErrorDetails = [System.Management.Automation.ErrorDetails]::new('in short')
    $e.ErrorDetails.RecommendedAction = 'do it'
    $e
}
$hostMessage = [System.Management.Automation.HostInformationMessage]@{
    Message = 'hello'; ForegroundColor = 'Red'; NoNewLine = $true
}

Write-Document 'circle' $circle
Write-Document 'shared' @($shared, $shared, @{ a = $shared })
# A method's argument loses what is on a base object; an element of a list does not.
Write-Document 'note' @($note, 'other')
Write-Document 'set' @($set, 'other')
Write-Document 'named' $named
Write-Document 'queue' $queue
Write-Document 'stack' $stack
Write-Document 'secure' $secure
Write-Document 'ordered' ([ordered]@{ b = 1; a = [ordered]@{ c = 2.5 } })
Write-Document 'table' @{ a = 1; 2 = 'two'; $true = $null }
Write-Document 'set-of' ([System.Collections.Generic.HashSet[int]](1, 2))
Write-Document 'list' ([System.Collections.Generic.List[string]]('a', ''))
Write-Document 'nested' @(1, @(2, @(3, @())), $null)
Write-Document 'dates' @([datetime]::MinValue, [datetime]::MaxValue, [datetime]'2020-01-02T03:04:05.1234567', [datetime]::new(5, 'Utc'), [datetime]::new(637134336000000000, 'Local'), [datetimeoffset]::UnixEpoch)
Write-Document 'spans' @([timespan]::MinValue, [timespan]::MaxValue, [timespan]::Zero, [timespan]'1.02:03:04.5')
Write-Document 'numbers' @([sbyte]-1, [byte]1, [int16]-1, [uint16]1, 1, [uint32]1, [int64]-1, [uint64]::MaxValue, [single]0.1, [single]::MaxValue, 0.1, [double]::Epsilon, 1e17, 1e16, [double]::NaN, -[double]::PositiveInfinity, 1.50d, [decimal]::MinValue, [decimal]::new(1, 0, 0, $false, 28), [System.Numerics.BigInteger]5)
$limits = foreach ($type in [byte], [sbyte], [int16], [uint16], [int], [uint32], [int64], [uint64], [single], [double], [decimal], [char]) { $type::MinValue; $type::MaxValue }
Write-Document 'limits' $limits
Write-Document 'floats' @([single]::Epsilon, -[single]::Epsilon, [single]::NaN, [single]::PositiveInfinity, [single]::NegativeInfinity, [double]::Epsilon, [double]::NaN, [double]::PositiveInfinity, [double]::NegativeInfinity, [double]::new(), -0.0, [math]::PI, [single][math]::E)
Write-Document 'others' @([guid]::Empty, [uri]'http://a/b c?d&e', [version]'1.2.3', [char]0xD800, [char]'x', [byte[]](1..100), [byte[]]@(), { Get-Item "$x" }, ([xml]'<a b="1"><!-- c -->t<d/></a>'), $true, [System.Net.IPAddress]::Loopback, [semver]'1.2.3-a', [cultureinfo]::InvariantCulture, [System.Text.Encoding]::UTF8, [regex]'a', [switch]$true)
Write-Document 'strings' @('', ' ', "`r`n", '_x0041_ _X _', 'é ü 漢字 😀', "$([char]0xDC00)", '<&>"''', "$([char]0x7f)$([char]0x85)$([char]0xa0)$([char]0xfffd)")
Write-Document 'enums' @([System.DayOfWeek]::Friday, [System.IO.FileAttributes]'Hidden, System', [System.Management.Automation.ErrorCategory]::NotSpecified)
Write-Document 'process' (Get-Process -Id $PID)
Write-Document 'command' (Get-Command Get-Command)
Write-Document 'module' (Get-Module) 2
Write-Document 'file' ([System.IO.FileInfo]'/etc/passwd')
Write-Document 'timezone' ([timezoneinfo]::Utc)
Write-Document 'credential' ([pscredential]::new('user', $secure))
Write-Document 'progress' ([System.Management.Automation.ProgressRecord]::new(1, 'activity', 'status'))
$progress = [System.Management.Automation.ProgressRecord]::new([int]::MaxValue, "a _x0041_ `r`n <&>", 's')
$progress.CurrentOperation, $progress.ParentActivityId, $progress.PercentComplete, $progress.SecondsRemaining, $progress.RecordType = 'o', 7, 100, [int]::MaxValue, 'Completed'
Write-Document 'all-progress' $progress
Write-Document 'information' ([System.Management.Automation.InformationRecord]::new($hostMessage, 'source'))
Write-Document 'warning' ([System.Management.Automation.WarningRecord]::new('the warning'))
foreach ($e in $errors) { Write-Document 'error' $e }
foreach ($e in $extended) { Write-Document 'extended-error' $e }
