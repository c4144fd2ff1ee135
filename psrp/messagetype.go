package psrp

import "fmt"

// MessageType says what a message is (2.2.1). CLOSE_SESSION (00010003) and
// STOP_POWERSHELL (00041012) are PowerShell's own names for things that are
// not messages on the wire.
type MessageType uint32

// The message types.
const (
	MessageSessionCapability        MessageType = 0x00010002
	MessageInitRunspacePool         MessageType = 0x00010004
	MessagePublicKey                MessageType = 0x00010005
	MessageEncryptedSessionKey      MessageType = 0x00010006
	MessagePublicKeyRequest         MessageType = 0x00010007
	MessageConnectRunspacePool      MessageType = 0x00010008
	MessageSetMaxRunspaces          MessageType = 0x00021002
	MessageSetMinRunspaces          MessageType = 0x00021003
	MessageRunspaceAvailability     MessageType = 0x00021004
	MessageRunspacePoolState        MessageType = 0x00021005
	MessageCreatePipeline           MessageType = 0x00021006
	MessageGetAvailableRunspaces    MessageType = 0x00021007
	MessageUserEvent                MessageType = 0x00021008
	MessageApplicationPrivateData   MessageType = 0x00021009
	MessageGetCommandMetadata       MessageType = 0x0002100A
	MessageRunspacePoolInitData     MessageType = 0x0002100B
	MessageResetRunspaceState       MessageType = 0x0002100C
	MessageRunspacePoolHostCall     MessageType = 0x00021100
	MessageRunspacePoolHostResponse MessageType = 0x00021101
	MessagePipelineInput            MessageType = 0x00041002
	MessageEndOfPipelineInput       MessageType = 0x00041003
	MessagePipelineOutput           MessageType = 0x00041004
	MessageErrorRecord              MessageType = 0x00041005
	MessagePipelineState            MessageType = 0x00041006
	MessageDebugRecord              MessageType = 0x00041007
	MessageVerboseRecord            MessageType = 0x00041008
	MessageWarningRecord            MessageType = 0x00041009
	MessageProgressRecord           MessageType = 0x00041010
	MessageInformationRecord        MessageType = 0x00041011
	MessagePipelineHostCall         MessageType = 0x00041100
	MessagePipelineHostResponse     MessageType = 0x00041101
)

// messageNames are the names that MS-PSRP gives the types.
var messageNames = map[MessageType]string{
	MessageSessionCapability:        "SESSION_CAPABILITY",
	MessageInitRunspacePool:         "INIT_RUNSPACEPOOL",
	MessagePublicKey:                "PUBLIC_KEY",
	MessageEncryptedSessionKey:      "ENCRYPTED_SESSION_KEY",
	MessagePublicKeyRequest:         "PUBLIC_KEY_REQUEST",
	MessageConnectRunspacePool:      "CONNECT_RUNSPACEPOOL",
	MessageSetMaxRunspaces:          "SET_MAX_RUNSPACES",
	MessageSetMinRunspaces:          "SET_MIN_RUNSPACES",
	MessageRunspaceAvailability:     "RUNSPACE_AVAILABILITY",
	MessageRunspacePoolState:        "RUNSPACEPOOL_STATE",
	MessageCreatePipeline:           "CREATE_PIPELINE",
	MessageGetAvailableRunspaces:    "GET_AVAILABLE_RUNSPACES",
	MessageUserEvent:                "USER_EVENT",
	MessageApplicationPrivateData:   "APPLICATION_PRIVATE_DATA",
	MessageGetCommandMetadata:       "GET_COMMAND_METADATA",
	MessageRunspacePoolInitData:     "RUNSPACEPOOL_INIT_DATA",
	MessageResetRunspaceState:       "RESET_RUNSPACE_STATE",
	MessageRunspacePoolHostCall:     "RUNSPACEPOOL_HOST_CALL",
	MessageRunspacePoolHostResponse: "RUNSPACEPOOL_HOST_RESPONSE",
	MessagePipelineInput:            "PIPELINE_INPUT",
	MessageEndOfPipelineInput:       "END_OF_PIPELINE_INPUT",
	MessagePipelineOutput:           "PIPELINE_OUTPUT",
	MessageErrorRecord:              "ERROR_RECORD",
	MessagePipelineState:            "PIPELINE_STATE",
	MessageDebugRecord:              "DEBUG_RECORD",
	MessageVerboseRecord:            "VERBOSE_RECORD",
	MessageWarningRecord:            "WARNING_RECORD",
	MessageProgressRecord:           "PROGRESS_RECORD",
	MessageInformationRecord:        "INFORMATION_RECORD",
	MessagePipelineHostCall:         "PIPELINE_HOST_CALL",
	MessagePipelineHostResponse:     "PIPELINE_HOST_RESPONSE",
}

// String returns the name that MS-PSRP gives the type, or the number.
func (t MessageType) String() string {
	if name, ok := messageNames[t]; ok {
		return name
	}
	return fmt.Sprintf("MessageType(%08X)", uint32(t))
}

// Droppable reports whether a stream in BufferMode Drop may lose the message:
// pipeline output and the records, and nothing that changes a state or waits
// for an answer.
func (t MessageType) Droppable() bool {
	switch t {
	case MessagePipelineOutput, MessageErrorRecord, MessageDebugRecord, MessageVerboseRecord,
		MessageWarningRecord, MessageProgressRecord, MessageInformationRecord:
		return true
	}
	return false
}
