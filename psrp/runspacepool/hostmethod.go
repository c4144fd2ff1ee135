package runspacepool

import (
	"fmt"
)

// methodID is a method of the host (2.2.3.17).
type methodID int32

// The methods that are told apart by more than their place.
const (
	methodGetName methodID = iota + 1
	methodGetVersion
	methodGetInstanceID
	methodGetCurrentCulture
	methodGetCurrentUICulture
	methodSetShouldExit
	methodEnterNestedPrompt
	methodExitNestedPrompt
	methodNotifyBeginApplication
	methodNotifyEndApplication
	methodReadLine
	methodReadLineAsSecureString
	methodWrite1
	methodWrite2
	methodWriteLine1
	methodWriteLine2
	methodWriteLine3
	methodWriteErrorLine
	methodWriteDebugLine
	methodWriteProgress
	methodWriteVerboseLine
	methodWriteWarningLine
	methodPrompt
	methodPromptForCredential1
	methodPromptForCredential2
	methodPromptForChoice
	methodGetForegroundColor
	methodSetForegroundColor
	methodGetBackgroundColor
	methodSetBackgroundColor
	methodGetCursorPosition
	methodSetCursorPosition
	methodGetWindowPosition
	methodSetWindowPosition
	methodGetCursorSize
	methodSetCursorSize
	methodGetBufferSize
	methodSetBufferSize
	methodGetWindowSize
	methodSetWindowSize
	methodGetWindowTitle
	methodSetWindowTitle
	methodGetMaxWindowSize
	methodGetMaxPhysicalWindowSize
	methodGetKeyAvailable
	methodReadKey
	methodFlushInputBuffer
	methodSetBufferContents1
	methodSetBufferContents2
	methodGetBufferContents
	methodScrollBufferContents
	methodPushRunspace
	methodPopRunspace
	methodGetIsRunspacePushed
	methodGetRunspace
	methodPromptForChoiceMultipleSelection
)

var methodNames = [...]string{
	"", "GetName", "GetVersion", "GetInstanceId", "GetCurrentCulture", "GetCurrentUICulture", "SetShouldExit",
	"EnterNestedPrompt", "ExitNestedPrompt", "NotifyBeginApplication", "NotifyEndApplication",
	"ReadLine", "ReadLineAsSecureString", "Write1", "Write2", "WriteLine1", "WriteLine2", "WriteLine3",
	"WriteErrorLine", "WriteDebugLine", "WriteProgress", "WriteVerboseLine", "WriteWarningLine",
	"Prompt", "PromptForCredential1", "PromptForCredential2", "PromptForChoice",
	"GetForegroundColor", "SetForegroundColor", "GetBackgroundColor", "SetBackgroundColor",
	"GetCursorPosition", "SetCursorPosition", "GetWindowPosition", "SetWindowPosition",
	"GetCursorSize", "SetCursorSize", "GetBufferSize", "SetBufferSize", "GetWindowSize", "SetWindowSize",
	"GetWindowTitle", "SetWindowTitle", "GetMaxWindowSize", "GetMaxPhysicalWindowSize",
	"GetKeyAvailable", "ReadKey", "FlushInputBuffer", "SetBufferContents1", "SetBufferContents2",
	"GetBufferContents", "ScrollBufferContents", "PushRunspace", "PopRunspace", "GetIsRunspacePushed", "GetRunspace",
	"PromptForChoiceMultipleSelection",
}

// String returns the name of the method.
func (m methodID) String() string {
	if m <= 0 || int(m) >= len(methodNames) {
		return fmt.Sprintf("method %d", int32(m))
	}
	return methodNames[m]
}
