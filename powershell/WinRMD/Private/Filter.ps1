# Add-WinRMDFilter adds a filter to the document of an Enumerate. That of selectors
# is written as Name='value', several with "and" between them.
function Add-WinRMDFilter {
    param([xml] $Document, [string] $Dialect, [string] $Filter)
    if (-not $Filter) { return }
    $root = $Document.DocumentElement
    if ($Dialect -ne 'Selector' -and $Dialect -ne 'http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter') {
        $root.SetAttribute('Dialect', $Dialect)
        $root.AppendChild($Document.CreateElement('Filter')).InnerText = $Filter
        return
    }
    foreach ($part in [regex]::Matches($Filter, '(?<name>[\w.:-]+)\s*=\s*(?:''(?<value>[^'']*)''|"(?<value>[^"]*)"|(?<value>\S+))')) {
        $node = $root.AppendChild($Document.CreateElement('FilterSelector'))
        $node.SetAttribute('Name', $part.Groups['name'].Value)
        $node.InnerText = $part.Groups['value'].Value
    }
}
