package psrp

import (
	"encoding/base64"
	"strconv"
)

// What a server makes itself. The documents are those of Windows' own server,
// byte for byte, but for error records.

// SessionCapability makes a server's SESSION_CAPABILITY (2.2.2.1). Windows
// leaves pool zero in a session's first one, and fills it in where it answers
// a Connect.
func SessionCapability(pool GUID, protocolVersion string) []byte {
	b := serverMessage(MessageSessionCapability, pool, GUID{})
	b = append(b, `<Obj RefId="0"><MS><Version N="protocolversion">`...)
	b = appendText(b, protocolVersion)
	return append(b, `</Version><Version N="PSVersion">2.0</Version>`+
		`<Version N="SerializationVersion">1.1.0.1</Version></MS></Obj>`...)
}

// RunspacePoolInitData makes RUNSPACEPOOL_INIT_DATA (2.2.2.30).
func RunspacePoolInitData(pool GUID, minimum, maximum int) []byte {
	b := serverMessage(MessageRunspacePoolInitData, pool, GUID{})
	b = appendI32(append(b, `<Obj RefId="0"><MS>`...), "MinRunspaces", minimum)
	b = appendI32(b, "MaxRunspaces", maximum)
	return append(b, `</MS></Obj>`...)
}

// RunspacePoolStateMessage makes RUNSPACEPOOL_STATE (2.2.2.9). A reason that
// is not empty goes along as an error record.
func RunspacePoolStateMessage(pool GUID, state RunspacePoolState, reason string) []byte {
	b := serverMessage(MessageRunspacePoolState, pool, GUID{})
	return appendState(b, "RunspaceState", int(state), errorRecord{message: reason, id: "PSSessionStateBroken"})
}

// PipelineStateMessage makes PIPELINE_STATE (2.2.2.21). A reason that is not
// empty goes along as an error record.
func PipelineStateMessage(pool, pipeline GUID, state PSInvocationState, reason string) []byte {
	id := "PSSessionStateBroken"
	if state == PSInvocationStopped {
		id = "PipelineStopped"
	}
	b := serverMessage(MessagePipelineState, pool, pipeline)
	return appendState(b, "PipelineState", int(state), errorRecord{message: reason, id: id})
}

// EndOfPipelineInput makes END_OF_PIPELINE_INPUT (2.2.2.18), which a server
// sends to an engine in a client's place.
func EndOfPipelineInput(pool, pipeline GUID) []byte {
	return MessageHeader{
		Destination: DestinationServer, Type: MessageEndOfPipelineInput,
		RunspacePoolID: pool, PipelineID: pipeline,
	}.Append(nil)
}

// SingleFragmentText returns msg, one whole message, as base64 text of a
// single fragment.
func SingleFragmentText(objectID uint64, msg []byte) []byte {
	b := AppendFragments(nil, objectID, msg, len(msg))
	return base64.StdEncoding.AppendEncode(nil, b)
}

// serverMessage begins a message to a client. The byte order mark before the
// CLIXML is Windows' habit.
func serverMessage(t MessageType, pool, pipeline GUID) []byte {
	b := MessageHeader{
		Destination: DestinationClient, Type: t, RunspacePoolID: pool, PipelineID: pipeline,
	}.Append(make([]byte, 0, 256))
	return append(b, byteOrderMark...)
}

func appendState(b []byte, name string, state int, reason errorRecord) []byte {
	b = appendI32(append(b, `<Obj RefId="0"><MS>`...), name, state)
	if reason.message != "" {
		b = reason.append(b)
	}
	return append(b, `</MS></Obj>`...)
}

func appendI32(b []byte, name string, n int) []byte {
	b = append(append(append(b, `<I32 N="`...), name...), `">`...)
	b = strconv.AppendInt(b, int64(n), 10)
	return append(b, `</I32>`...)
}
