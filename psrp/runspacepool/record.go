package runspacepool

import (
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// Stream is one of the streams of a pipeline.
type Stream int

// The streams, with PowerShell's numbers; StreamProgress has none there.
const (
	StreamOutput Stream = iota + 1
	StreamError
	StreamWarning
	StreamVerbose
	StreamDebug
	StreamInformation
	StreamProgress
)

var streamNames = [...]string{"", "Output", "Error", "Warning", "Verbose", "Debug", "Information", "Progress"}

// String returns the name of the stream.
func (s Stream) String() string {
	if s <= 0 || int(s) >= len(streamNames) {
		return "Stream(?)"
	}
	return streamNames[s]
}

// streams says which message belongs to which stream.
var streams = map[psrp.MessageType]Stream{
	psrp.MessagePipelineOutput:    StreamOutput,
	psrp.MessageErrorRecord:       StreamError,
	psrp.MessageWarningRecord:     StreamWarning,
	psrp.MessageVerboseRecord:     StreamVerbose,
	psrp.MessageDebugRecord:       StreamDebug,
	psrp.MessageInformationRecord: StreamInformation,
	psrp.MessageProgressRecord:    StreamProgress,
}

// Record is something that a pipeline has put out.
type Record struct {
	Stream Stream
	// Value is the object, whatever the stream.
	Value clixml.Value
	// Error is set for StreamError, Informational for StreamWarning, StreamVerbose
	// and StreamDebug, Information and Progress for those.
	Error         *clixml.ErrorRecord
	Informational *clixml.InformationalRecord
	Information   *clixml.InformationRecord
	Progress      *clixml.ProgressRecord
}

// Text is the record in one line or more, for people. It may hold any characters:
// a terminal must not get it as it is.
func (r *Record) Text() string {
	switch {
	case r.Error != nil:
		return r.Error.Text()
	case r.Informational != nil:
		return r.Informational.Text()
	case r.Information != nil:
		return r.Information.Text()
	case r.Progress != nil:
		return r.Progress.Text()
	}
	return clixml.Text(r.Value)
}

// read makes a Record of a message. The error is an *ObjectError.
func (p *RunspacePool) read(s Stream, m psrp.Message) (*Record, error) {
	v, err := p.parse(m.Data)
	if err != nil {
		return nil, &ObjectError{m.Type, err}
	}
	r := &Record{Stream: s, Value: v}
	switch s {
	case StreamError:
		r.Error, err = clixml.ReadErrorRecord(v)
	case StreamWarning, StreamVerbose, StreamDebug:
		r.Informational, err = clixml.ReadInformationalRecord(v)
	case StreamInformation:
		r.Information, err = clixml.ReadInformationRecord(v)
	case StreamProgress:
		r.Progress, err = clixml.ReadProgressRecord(v)
	}
	if err != nil {
		return nil, &ObjectError{m.Type, err}
	}
	return r, nil
}
