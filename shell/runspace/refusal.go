package runspace

import "github.com/winrmd/winrmd/shell"

// The plug-in's error codes (MS-PSRP 3.2.5.3.2 and PowerShell's own plug-in).
const (
	codeNullInput       = 0x80540BB8
	codeInputStream     = 0x80540BBE
	codeInputType       = 0x80540BBF
	codeArgumentCount   = 0x80540BC4
	codeVersionMismatch = 0x80540BC5
	codeVersionMissing  = 0x80540BC7
	codeConnectNoData   = 0x80540FA2
	codeConnectFailed   = 0x80540FA3
)

// refuse is an error in the plug-in's words. cause may be nil.
func refuse(code uint32, message string, cause error) error {
	return &shell.PluginError{Code: code, Message: message, Cause: cause}
}

// versionMismatch is what PowerShell's own plug-in says (MS-PSRP 3.2.5.3.2).
const versionMismatch = `<PSProtocolVersionError ServerProtocolVersion="2.3" ServerBuildVersion="7.0">` +
	"The client's protocol version is not supported. Use 2.0 to 2.3.</PSProtocolVersionError>"
