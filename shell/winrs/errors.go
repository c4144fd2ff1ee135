package winrs

import "github.com/winrmd/winrmd/shell"

// The refusals, with the numbers and texts that Windows has for them.
// Numbers are HRESULTs of Win32 errors, except that of a wrong parameter,
// which the "cmd" resource reports bare.
var errParameter = &shell.PluginError{Code: 87, Message: "The parameter is incorrect."}

// The Win32 errors of starting a program, as HRESULTs.
const (
	codeFileNotFound uint32 = 0x80070002 // ERROR_FILE_NOT_FOUND
	codeAccessDenied uint32 = 0x80070005 // ERROR_ACCESS_DENIED
	codeNotEnough    uint32 = 0x80070008 // ERROR_NOT_ENOUGH_MEMORY
	codeGenFailure   uint32 = 0x8007001F // ERROR_GEN_FAILURE
	codeBadFormat    uint32 = 0x800700C1 // ERROR_BAD_EXE_FORMAT
	codeTooLong      uint32 = 0x800700CE // ERROR_FILENAME_EXCED_RANGE
	codeDirectory    uint32 = 0x8007010B // ERROR_DIRECTORY
)

// messages are Windows' own words, for the codes that it was seen to send.
var messages = map[uint32]string{
	codeFileNotFound: "The system cannot find the file specified.",
	codeAccessDenied: "Access is denied.",
	codeNotEnough:    "Not enough memory resources are available to process this command.",
	codeGenFailure:   "The command could not be started.",
	codeBadFormat:    "The file is not a program that this system can run.",
	codeTooLong:      "The filename or extension is too long.",
}

func refuse(code uint32, cause error) error {
	return &shell.PluginError{Code: code, Message: messages[code], Cause: cause}
}

// startError tells why a program could not be started.
func startError(err error) error { return refuse(startCode(err), err) }

// directoryError says that a working directory cannot be used.
func directoryError(dir string, cause error) error {
	return &shell.PluginError{
		Code: codeDirectory, Cause: cause,
		Message: "The directory name is invalid: the working directory " + dir + " does not exist or cannot be used.",
	}
}
