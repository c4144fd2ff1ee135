# The client library, libpsrpclient, and its function WinRMDInvoke.

# Get-WinRMDLibrary finds the library: what WINRMD_CLIENT_LIBRARY or, for the test
# host, PSHOST_WSMAN_CLIENT names, or the file beside this module or PowerShell.
function Get-WinRMDLibrary {
    $name = if ($IsMacOS) { 'libpsrpclient.dylib' } else { 'libpsrpclient.so' }
    $candidates = @(
        $env:WINRMD_CLIENT_LIBRARY
        $env:PSHOST_WSMAN_CLIENT
        [System.IO.Path]::Combine($PSScriptRoot, '..', $name)
        [System.IO.Path]::Combine([System.AppContext]::BaseDirectory, $name)
    )
    foreach ($candidate in $candidates) {
        if ($candidate -and [System.IO.File]::Exists($candidate)) { return [System.IO.Path]::GetFullPath($candidate) }
    }
    throw [System.IO.FileNotFoundException]::new("$name is not there. Install-WinRMDClient puts it where PowerShell looks for it.")
}

# Get-WinRMDNative makes a class with the library's functions. They are declared
# at run time, so that nothing has to be compiled.
function Get-WinRMDNative {
    if ($script:WinRMDNative) { return $script:WinRMDNative }
    $library = Get-WinRMDLibrary
    $assembly = [System.Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly(
        [System.Reflection.AssemblyName]::new('WinRMD.Native'), [System.Reflection.Emit.AssemblyBuilderAccess]::Run)
    $type = $assembly.DefineDynamicModule('WinRMD.Native').DefineType('WinRMD.Native', 'Public,Class')
    $declare = {
        param($name, $result, $parameters)
        $method = $type.DefinePInvokeMethod($name, $library, 'Public,Static,PinvokeImpl', 'Standard', $result, $parameters, 'Winapi', 'Unicode')
        $method.SetImplementationFlags('PreserveSig')
    }
    & $declare 'WinRMDInvoke' ([uint32]) ([type[]] @([System.IntPtr], [System.IntPtr].MakeByRefType()))
    & $declare 'WinRMDFree' ([void]) ([type[]] @([System.IntPtr]))
    $script:WinRMDNative = $type.CreateType()
    $script:WinRMDNative
}

# Invoke-WinRMDNative hands a document to the library and returns the answer's.
function Invoke-WinRMDNative {
    param([xml] $Document)
    $native = Get-WinRMDNative
    $request = [System.Runtime.InteropServices.Marshal]::StringToHGlobalUni($Document.OuterXml)
    $answer = [System.IntPtr]::Zero
    try {
        $code = $native::WinRMDInvoke($request, [ref] $answer)
        if ($code -ne 0) { throw [System.InvalidOperationException]::new("WinRMDInvoke: error $code") }
        $text = [System.Runtime.InteropServices.Marshal]::PtrToStringUni($answer)
    } finally {
        [System.Runtime.InteropServices.Marshal]::ZeroFreeGlobalAllocUnicode($request)
        $native::WinRMDFree($answer)
    }
    $result = [System.Xml.XmlDocument]::new()
    $result.PreserveWhitespace = $true
    $result.LoadXml($text)
    $root = $result.DocumentElement
    if ($root.LocalName -eq 'Error') {
        $message = $root.SelectSingleNode('Message').InnerText
        $exception = [System.InvalidOperationException]::new($message)
        $exception.HResult = [System.BitConverter]::ToInt32([System.BitConverter]::GetBytes([uint32] $root.GetAttribute('Code')), 0)
        throw $exception
    }
    $root
}
