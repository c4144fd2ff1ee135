package psrp

import "strings"

// PlainText is what a message to a client says, for people to read.
type PlainText struct {
	// Kind is output, error, warning, verbose, debug, information, progress,
	// state, host call or event, and session for what client and server agree on.
	Kind string
	// Text may have several lines, and any characters at all: a terminal must
	// not get it as it is.
	Text string
}

// ReadPlainText reads as much of a message as there is to show: values and
// records by their text, objects by what their ToString said, states by name,
// host calls by the method's name and the strings that go to it. It is no
// reader of CLIXML (that is psrp/clixml): it looks at the first 1 MB, and does
// not check types. Content that is not CLIXML is a *MessageError; Kind is
// right all the same.
func ReadPlainText(m Message) (PlainText, error) {
	reader, ok := plainReaders[m.Type]
	if !ok {
		return PlainText{Kind: "session", Text: m.Type.String()}, nil
	}
	p := PlainText{Kind: reader.kind}
	root, err := readPlain(m.Data)
	switch {
	case err != nil:
	case root != nil:
		p.Text = reader.text(m.Type, root)
	case m.Type == MessagePipelineOutput:
		p.Text = plainNull // PowerShell writes nothing for it
	}
	return p, err
}

// plainReaders say how messages are shown. All others are named only: what is
// in them is for programs, or secret.
var plainReaders = map[MessageType]struct {
	kind string
	text func(MessageType, *plainNode) string
}{
	MessagePipelineOutput:       {"output", plainOutput},
	MessageErrorRecord:          {"error", plainError},
	MessageWarningRecord:        {"warning", plainRecord},
	MessageVerboseRecord:        {"verbose", plainRecord},
	MessageDebugRecord:          {"debug", plainRecord},
	MessageInformationRecord:    {"information", plainInformation},
	MessageProgressRecord:       {"progress", plainProgress},
	MessagePipelineState:        {"state", plainState},
	MessageRunspacePoolState:    {"state", plainState},
	MessagePipelineHostCall:     {"host call", plainHostCall},
	MessageRunspacePoolHostCall: {"host call", plainHostCall},
	MessageUserEvent:            {"event", plainEvent},
}

func plainOutput(_ MessageType, root *plainNode) string { return plainValue(root) }

// firstText is the text of the first of some values that is there and not
// empty, and else the whole object's.
func firstText(root *plainNode, values ...*plainNode) string {
	for _, v := range values {
		if v == nil {
			continue
		}
		if text := plainValue(v); text != "" {
			return text
		}
	}
	return plainValue(root)
}

// plainError is the message of an ErrorRecord (2.2.3.15): the one that was put
// in the exception's place, if any.
func plainError(_ MessageType, root *plainNode) string {
	exception := root.property("Exception")
	return firstText(root, root.property("ErrorDetails_Message"), exception.property("Message"), root.child("ToString"), exception)
}

// plainRecord is the message of an InformationalRecord (2.2.3.16).
func plainRecord(_ MessageType, root *plainNode) string {
	return firstText(root, root.property("InformationalRecord_Message"), root.property("Message"))
}

func plainInformation(_ MessageType, root *plainNode) string {
	return firstText(root, root.child("ToString"), root.property("MessageData"))
}

func plainProgress(_ MessageType, root *plainNode) string {
	var words []string
	for _, name := range []string{"Activity", "StatusDescription", "CurrentOperation"} {
		if p := root.property(name); p != nil && strings.TrimSpace(p.text) != "" {
			words = append(words, p.text)
		}
	}
	text := strings.Join(words, ": ")
	if p := root.property("PercentComplete"); p != nil && !strings.HasPrefix(p.text, "-") {
		text += " " + p.text + "%"
	}
	if p := root.property("Type"); p != nil && plainValue(p) == "Completed" {
		text += " (completed)"
	}
	return text
}

// plainState is the name of a state, with what has brought it about if that is
// an error.
func plainState(t MessageType, root *plainNode) string {
	name, state := "PipelineState", func(n int) string { return PSInvocationState(n).String() }
	if t == MessageRunspacePoolState {
		name, state = "RunspaceState", func(n int) string { return RunspacePoolState(n).String() }
	}
	p := root.property(name)
	if p == nil {
		return plainValue(root)
	}
	text := p.text
	if _, n, err := readInt(property{name: name, kind: p.kind, text: p.text}); err == nil {
		text = state(n)
	}
	if reason := root.property("ExceptionAsErrorRecord"); reason != nil {
		text += ": " + plainError(t, reason)
	}
	return text
}

// plainHostCall is the method's name (2.2.3.17) and the strings that go to it.
func plainHostCall(_ MessageType, root *plainNode) string {
	method := root.property("mi")
	if method == nil {
		return plainValue(root)
	}
	words := []string{plainValue(method)}
	if list := root.property("mp").child("LST"); list != nil {
		for _, v := range list.children {
			if v.kind == "S" && v.text != "" {
				words = append(words, plainValue(v))
			}
		}
	}
	return strings.Join(words, " ")
}

func plainEvent(_ MessageType, root *plainNode) string {
	return firstText(root, root.property("PSEventArgs.SourceIdentifier"))
}
