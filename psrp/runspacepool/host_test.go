package runspacepool

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// noteHost notes what it is asked, and answers.
type noteHost struct {
	NoHost
	notes *[]string
}

func (h noteHost) Information() HostInformation {
	return HostInformation{Name: "n", Version: clixml.Version{Major: 1, Minor: 2, Build: -1, Revision: -1}, InstanceID: clixml.GUID{1}, Culture: "de-DE", UICulture: "fr-FR"}
}

func (h noteHost) UI() UI { return noteUI{notes: h.notes} }

func (h noteHost) SetShouldExit(_ context.Context, code int) error {
	*h.notes = append(*h.notes, fmt.Sprint("exit ", code))
	return nil
}

type noteUI struct {
	NoUI
	notes *[]string
}

func (u noteUI) RawUI() RawUI { return noteRawUI{notes: u.notes} }

func (u noteUI) note(format string, args ...any) error {
	*u.notes = append(*u.notes, fmt.Sprintf(format, args...))
	return nil
}

func (u noteUI) WriteDebugLine(_ context.Context, s string) error   { return u.note("debug %s", s) }
func (u noteUI) WriteVerboseLine(_ context.Context, s string) error { return u.note("verbose %s", s) }
func (u noteUI) WriteWarningLine(_ context.Context, s string) error { return u.note("warning %s", s) }

func (u noteUI) Write(_ context.Context, s string, c *Colors) error {
	return u.note("write %s %v", s, c)
}

func (u noteUI) WriteProgress(_ context.Context, n int64, r *clixml.ProgressRecord) error {
	return u.note("progress %d %s", n, r.Activity)
}

func (u noteUI) Prompt(_ context.Context, _, _ string, fields []FieldDescription) (map[string]any, error) {
	if len(fields) == 0 {
		return nil, nil
	}
	return map[string]any{fields[0].Name: 7, "another": 8}, u.note("prompt %+v", fields[0])
}

func (u noteUI) PromptForChoices(_ context.Context, _, _ string, c []ChoiceDescription, preset []int) ([]int, error) {
	return []int{1}, u.note("choices %v %v", c, preset)
}

type noteRawUI struct {
	NoRawUI
	notes *[]string
}

func (r noteRawUI) note(format string, args ...any) error {
	*r.notes = append(*r.notes, fmt.Sprintf(format, args...))
	return nil
}

func (r noteRawUI) SetForegroundColor(_ context.Context, c Color) error { return r.note("fore %d", c) }
func (r noteRawUI) SetBackgroundColor(_ context.Context, c Color) error { return r.note("back %d", c) }

func (r noteRawUI) SetCursorPosition(_ context.Context, c Coordinates) error {
	return r.note("cursor %v", c)
}

func (r noteRawUI) SetWindowPosition(_ context.Context, c Coordinates) error {
	return r.note("window %v", c)
}
func (r noteRawUI) SetCursorSize(_ context.Context, n int) error     { return r.note("cursor size %d", n) }
func (r noteRawUI) SetBufferSize(_ context.Context, s Size) error    { return r.note("buffer %v", s) }
func (r noteRawUI) SetWindowSize(_ context.Context, s Size) error    { return r.note("size %v", s) }
func (r noteRawUI) KeyAvailable(context.Context) (bool, error)       { return true, nil }
func (r noteRawUI) FlushInputBuffer(context.Context) error           { return r.note("flush") }
func (r noteRawUI) SetWindowTitle(_ context.Context, s string) error { return r.note("title %s", s) }

func (r noteRawUI) ScrollBufferContents(_ context.Context, source Rectangle, to Coordinates, clip Rectangle, fill BufferCell) error {
	return r.note("scroll %v %v %v %v", source, to, clip, fill)
}

func (r noteRawUI) BufferContents(_ context.Context, area Rectangle) ([][]BufferCell, error) {
	if area.Left != 0 {
		return [][]BufferCell{{{}}, {}}, nil // not an array
	}
	return [][]BufferCell{{{Character: 'a'}, {Character: 'b'}}}, nil
}

// hostCallMessage makes PIPELINE_HOST_CALL.
func (c *fakeCommand) hostCall(id int64, method int32, parameters ...clixml.Value) []byte {
	return c.fragments(c.message(psrp.MessagePipelineHostCall, c.pipeline(), callContent(id, method, parameters...)), 0)
}

func callContent(id int64, method int32, parameters ...clixml.Value) clixml.Value {
	return bag(
		property("ci", clixml.Int64(id)),
		property("mi", systemEnum("System.Management.Automation.Remoting.RemoteHostMethodId", methodID(method).String(), method)),
		property("mp", append(clixml.List{}, parameters...)),
	)
}

// TestHostMethods calls every method of the host.
func TestHostMethods(t *testing.T) {
	point := Coordinates{1, 2}.object()
	size := Size{3, 4}.object()
	area := func(left int) clixml.Value {
		return bag(property("left", clixml.Int32(left)), property("top", clixml.Int32(6)), property("right", clixml.Int32(7)), property("bottom", clixml.Int32(8)))
	}
	cell := BufferCell{'x', Red, Blue, 0}.object()
	field := bag(
		property("name", clixml.String("f")), property("label", clixml.String("&F")), property("parameterTypeName", clixml.String("Int32")),
		property("parameterTypeFullName", clixml.String("System.Int32")), property("helpMessage", clixml.String("h")),
		property("isMandatory", clixml.Bool(true)), property("defaultValue", clixml.Int32(3)),
	)
	progress := (&clixml.ProgressRecord{Activity: "act"}).Object()
	for _, test := range []struct {
		method     methodID
		parameters []clixml.Value
		note       string
		answer     string // the text of the answer; "error: …" for an exception
	}{
		{method: methodGetName, answer: "n"},
		{method: methodGetVersion, answer: "1.2"},
		{method: methodGetInstanceID, answer: "01000000-0000-0000-0000-000000000000"},
		{method: methodGetCurrentCulture, answer: "de-DE"},
		{method: methodGetCurrentUICulture, answer: "fr-FR"},
		{method: methodSetShouldExit, parameters: []clixml.Value{clixml.Int32(3)}, note: "exit 3"},
		{method: methodSetShouldExit, parameters: []clixml.Value{clixml.String("x")}, answer: "error: parameter 1 of the call is not a number"},
		{method: methodEnterNestedPrompt, answer: "error: " + ErrNotSupported.Error()},
		{method: methodExitNestedPrompt, answer: "error: " + ErrNotSupported.Error()},
		{method: methodNotifyBeginApplication},
		{method: methodNotifyEndApplication},
		{method: methodReadLine, answer: "error: " + ErrNotSupported.Error()},
		{method: methodReadLineAsSecureString, answer: "error: " + ErrNotSupported.Error()},
		{method: methodWrite2, parameters: []clixml.Value{clixml.Int32(1), clixml.Int32(2), clixml.String("t")}, note: "write t &{1 2}"},
		{method: methodWrite1, answer: "error: parameter 0 of the call is missing"},
		{method: methodWriteLine1},
		{method: methodWriteLine2, parameters: []clixml.Value{nil}},
		{method: methodWriteErrorLine, parameters: []clixml.Value{clixml.String("t")}},
		{method: methodWriteDebugLine, parameters: []clixml.Value{clixml.String("t")}, note: "debug t"},
		{method: methodWriteVerboseLine, parameters: []clixml.Value{clixml.String("t")}, note: "verbose t"},
		{method: methodWriteWarningLine, parameters: []clixml.Value{clixml.String("t")}, note: "warning t"},
		{method: methodWriteProgress, parameters: []clixml.Value{clixml.Int64(9), progress}, note: "progress 9 act"},
		{method: methodWriteProgress, parameters: []clixml.Value{clixml.Int64(9), nil}, answer: "error: *"},
		{
			method: methodPrompt, parameters: []clixml.Value{clixml.String("c"), clixml.String("m"), clixml.List{field}},
			note: "prompt {Name:f Label:&F TypeName:Int32 FullTypeName:System.Int32 Help:h Mandatory:true Default:3}", answer: "@{f=7}",
		},
		{method: methodPrompt, parameters: []clixml.Value{clixml.String("c"), clixml.String("m"), clixml.List{nil}}, answer: "error: *"},
		{method: methodPromptForCredential1, parameters: texts4(), answer: "error: " + ErrNotSupported.Error()},
		{method: methodPromptForCredential2, parameters: texts4(), answer: "error: parameter 4 of the call is missing"},
		{method: methodPromptForChoice, parameters: []clixml.Value{nil, nil, clixml.List{}, clixml.Int32(0)}, answer: "error: " + ErrNotSupported.Error()},
		{
			method: methodPromptForChoiceMultipleSelection, note: "choices [{l h}] [0]", answer: "{1}",
			parameters: []clixml.Value{nil, nil, clixml.List{bag(property("label", clixml.String("l")), property("helpMessage", clixml.String("h")))}, clixml.List{clixml.Int32(0)}},
		},
		{method: methodGetForegroundColor, answer: "7"},
		{method: methodGetBackgroundColor, answer: "0"},
		{method: methodGetCursorPosition, answer: "@{x=0; y=0}"},
		{method: methodGetWindowPosition, answer: "@{x=0; y=0}"},
		{method: methodGetCursorSize, answer: "25"},
		{method: methodGetBufferSize, answer: "@{width=80; height=25}"},
		{method: methodGetWindowSize, answer: "@{width=80; height=25}"},
		{method: methodGetMaxWindowSize, answer: "@{width=80; height=25}"},
		{method: methodGetMaxPhysicalWindowSize, answer: "@{width=80; height=25}"},
		{method: methodGetWindowTitle, answer: ""},
		{method: methodSetForegroundColor, parameters: []clixml.Value{clixml.Int32(4)}, note: "fore 4"},
		{method: methodSetBackgroundColor, parameters: []clixml.Value{clixml.Int32(4)}, note: "back 4"},
		{method: methodSetCursorPosition, parameters: []clixml.Value{point}, note: "cursor {1 2}"},
		{method: methodSetCursorPosition, parameters: []clixml.Value{size}, answer: "error: parameter 1 of the call has no x"},
		{method: methodSetWindowPosition, parameters: []clixml.Value{point}, note: "window {1 2}"},
		{method: methodSetCursorSize, parameters: []clixml.Value{clixml.Int32(4)}, note: "cursor size 4"},
		{method: methodSetBufferSize, parameters: []clixml.Value{size}, note: "buffer {3 4}"},
		{method: methodSetWindowSize, parameters: []clixml.Value{size}, note: "size {3 4}"},
		{method: methodSetWindowTitle, parameters: []clixml.Value{clixml.String("t")}, note: "title t"},
		{method: methodGetKeyAvailable, answer: "True"},
		{method: methodReadKey, parameters: []clixml.Value{clixml.Int32(1)}, answer: "error: " + ErrNotSupported.Error()},
		{method: methodFlushInputBuffer, note: "flush"},
		{method: methodSetBufferContents1, parameters: []clixml.Value{area(5), cell}, answer: "error: " + ErrNotSupported.Error()},
		{
			method: methodSetBufferContents2, answer: "error: parameter 2 of the call has not as many elements as it says",
			parameters: []clixml.Value{point, bag(property("mae", clixml.List{cell}), property("mal", clixml.List{clixml.Int32(1 << 30), clixml.Int32(1 << 30)}))},
		},
		{
			method: methodSetBufferContents2, answer: "error: " + ErrNotSupported.Error(),
			parameters: []clixml.Value{point, bag(property("mae", clixml.List{cell, cell}), property("mal", clixml.List{clixml.Int32(1), clixml.Int32(2)}))},
		},
		{method: methodGetBufferContents, parameters: []clixml.Value{area(0)}, answer: "@{mae=*"},
		{method: methodGetBufferContents, parameters: []clixml.Value{area(5)}, answer: "error: row 1 has 0 cells and not 1"},
		{
			method: methodScrollBufferContents, parameters: []clixml.Value{area(5), point, area(1), cell},
			note: "scroll {5 6 7 8} {1 2} {1 6 7 8} {120 12 9 0}",
		},
		{method: methodPushRunspace, answer: "error: PushRunspace: " + ErrNotSupported.Error()},
		{method: methodGetRunspace, answer: "error: *"},
		{method: 99, answer: "error: method 99: " + ErrNotSupported.Error()},
		{method: 0, answer: "error: *"},
	} {
		t.Run(test.method.String(), func(t *testing.T) {
			f := newFake(t)
			var notes []string
			p := open(t, f, Config{Host: noteHost{notes: &notes}})
			pl, c := run(t, p, f, PipelineConfig{})
			c.heard = func(m psrp.Message) {
				assert.Equal(t, psrp.MessagePipelineHostResponse, m.Type)
				assert.Equal(t, c.pipeline(), m.PipelineID)
				o := object(t, m)
				assert.EqualValues(t, 5, mustGet[clixml.Int64](t, o, "ci"))
				assert.EqualValues(t, test.method, mustGet[clixml.Int32](t, o, "mi"))
				got := ""
				if v, ok := o.Property("mr"); ok {
					got = clixml.Text(v)
				}
				if v, ok := o.Property("me"); ok {
					record, err := clixml.ReadErrorRecord(v)
					require.NoError(t, err)
					got = "error: " + record.Text()
				}
				if n := len(test.answer) - 1; n >= 0 && test.answer[n] == '*' {
					got = got[:min(n, len(got))] + "*"
				}
				assert.Equal(t, test.answer, got)
			}
			c.out.put(Received{Fragments: join(
				c.hostCall(psrp.NoAnswer, int32(test.method), test.parameters...),     // and nobody waits
				c.hostCall(5, int32(test.method), test.parameters...), c.end()), Done: true}, nil)
			require.NoError(t, pl.Wait(bounded(t)))
			assert.Equal(t, 1, f.called("command Send pr"))
			if test.note == "" {
				assert.Empty(t, notes)
			} else {
				assert.Equal(t, []string{test.note, test.note}, notes)
			}
		})
	}
}

func texts4() []clixml.Value {
	return []clixml.Value{clixml.String("a"), clixml.String("b"), nil, clixml.String("d")}
}

// TestHostAnswerLost: an answer that the server did not get is sent by the next
// Next.
func TestHostAnswerLost(t *testing.T) {
	f := newFake(t)
	var notes []string
	p := open(t, f, Config{Host: noteHost{notes: &notes}})
	pl, c := run(t, p, f, PipelineConfig{})
	c.out.put(Received{Fragments: join(c.hostCall(1, int32(methodPromptForChoiceMultipleSelection), nil, nil, clixml.List{}, clixml.List{}), c.end())}, nil)
	f.fail["command Send pr"] = errors.New("no network")
	_, err := pl.Next(bounded(t))
	require.ErrorContains(t, err, "no network")
	f.mu.Lock()
	delete(f.fail, "command Send pr")
	f.mu.Unlock()
	require.NoError(t, pl.Wait(bounded(t)))
	assert.Equal(t, 2, f.called("command Send pr"))
	assert.Len(t, notes, 1, "the user is asked once")
}

// TestPoolHostCall: the pool itself asks, outside of pipelines.
func TestPoolHostCall(t *testing.T) {
	f := newFake(t)
	var notes []string
	answered := make(chan psrp.Message, 1)
	f.answer = func(m psrp.Message) {
		f.greet(m)
		if m.Type == psrp.MessageRunspacePoolHostResponse {
			answered <- m
		}
	}
	open(t, f, Config{Host: noteHost{notes: &notes}})
	f.give(f.message(psrp.MessageRunspacePoolHostCall, psrp.GUID{}, clixml.Int32(1)))
	f.give(f.message(psrp.MessageRunspacePoolHostCall, psrp.GUID{}, bag(property("ci", clixml.Int64(1)))))
	o := object(t, <-answered)
	_, ok := o.Property("me")
	assert.True(t, ok, "a call without a method")
	f.give(f.message(psrp.MessageRunspacePoolHostCall, psrp.GUID{}, callContent(psrp.NoAnswer, int32(methodWriteDebugLine), clixml.String("x"))))
	f.give(f.message(psrp.MessageRunspacePoolHostCall, psrp.GUID{}, callContent(7, int32(methodGetName))))
	o = object(t, <-answered)
	assert.Equal(t, clixml.String("n"), mustGet[clixml.String](t, o, "mr"))
	assert.Equal(t, []string{"debug x"}, notes)
	assert.Equal(t, 2, f.called("Send pr"))
}

func TestHostInfo(t *testing.T) {
	flags := func(h Host, pipeline bool) (got []bool) {
		o := hostInfo(h, pipeline)
		for _, name := range []string{"_isHostNull", "_isHostUINull", "_isHostRawUINull", "_useRunspaceHost"} {
			got = append(got, bool(mustGet[clixml.Bool](t, o, name)))
		}
		return got
	}
	assert.Equal(t, []bool{true, true, true, false}, flags(nil, false))
	assert.Equal(t, []bool{true, true, true, true}, flags(nil, true))
	assert.Equal(t, []bool{false, true, true, false}, flags(NoHost{}, true))
	assert.Equal(t, []bool{false, false, false, false}, flags(noteHost{}, true))
	data := mustGet[*clixml.Object](t, hostInfo(noteHost{}, false), "_hostDefaultData")
	all := mustGet[clixml.Dictionary](t, data, "data")
	require.Len(t, all, 10)
	for i, e := range all {
		assert.Equal(t, clixml.Int32(i), e.Key)
	}
	assert.Equal(t, clixml.String("System.Management.Automation.Host.Size"), mustGet[clixml.String](t, all[5].Value.(*clixml.Object), "T"))
}

// FuzzHostCall: a server calls anything with anything.
func FuzzHostCall(f *testing.F) {
	for _, v := range []clixml.Value{
		callContent(1, int32(methodPrompt), clixml.String("c"), clixml.String("m"), clixml.List{bag(property("name", clixml.String("f")))}),
		callContent(2, int32(methodSetBufferContents2), Coordinates{}.object(), bag(property("mae", clixml.List{BufferCell{}.object()}), property("mal", clixml.List{clixml.Int32(1), clixml.Int32(1)}))),
		callContent(3, int32(methodWriteProgress), clixml.Int64(1), (&clixml.ProgressRecord{}).Object()),
		callContent(4, int32(methodScrollBufferContents)),
	} {
		data, err := clixml.Append(nil, v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := newPool(nil, psrp.GUID{}, Config{})
		defer p.end(nil)
		c, err := p.readHostCall(psrp.Message{Data: data})
		if err != nil {
			return
		}
		var notes []string
		answer, err := p.callHost(context.Background(), noteHost{notes: &notes}, c)
		if err != nil || (answer == nil) != (c.id == psrp.NoAnswer) {
			t.Fatalf("%v, %s", err, answer)
		}
	})
}
