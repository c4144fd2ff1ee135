package shellresource

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// enumerate asks for all shells.
func enumerate(content string) ask {
	return ask{action: wsman.ActionEnumerate, resource: wsman.ResourceShell, body: "<n:Enumerate>" + content + "</n:Enumerate>"}
}

func pull(context, more string) ask {
	return ask{action: wsman.ActionPull, resource: wsman.ResourceShell,
		body: "<n:Pull><n:EnumerationContext>" + context + "</n:EnumerationContext>" + more + "</n:Pull>"}
}

func release(context string) ask {
	return ask{action: wsman.ActionRelease, resource: wsman.ResourceShell,
		body: "<n:Release><n:EnumerationContext>" + context + "</n:EnumerationContext></n:Release>"}
}

const optimized = "<wsm:OptimizeEnumeration/>"

func filter(id string) string {
	return `<wsm:Filter Dialect="` + wsman.SelectorFilterDialect + `"><wsm:SelectorSet><wsm:Selector Name="ShellId">` + id + `</wsm:Selector></wsm:SelectorSet></wsm:Filter>`
}

// shells makes n of ann's and returns their identifiers in order.
func (w *world) shells(n int) []string {
	var ids []string
	for range n {
		id := strings.ToUpper(uuid.NewString())
		require.NoError(w.t, w.serve(ask{action: wsman.ActionCreate, body: psShell(id, "")}).err())
		ids = append(ids, id)
		time.Sleep(time.Microsecond) // in a bubble: each has a time of its own
	}
	return ids
}

// listed are the identifiers in an answer, and its context.
func listed(r *reply) (ids []string, context string) {
	r.t.Helper()
	require.NoError(r.t, r.err())
	for _, e := range r.all("rsp:ShellId") {
		ids = append(ids, e.Text())
	}
	if c := r.all("n:EnumerationContext"); len(c) > 0 {
		context = c[0].Text()
	}
	return ids, context
}

// TestEnumeratePull: lists come in pieces of the size that is asked for, and
// the end is said in the namespace of the operation.
func TestEnumeratePull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		want := w.shells(7)

		r := w.serve(enumerate(optimized + "<wsm:MaxElements>32000</wsm:MaxElements>"))
		got, context := listed(r)
		assert.Equal(t, want, got, "oldest first")
		assert.Empty(t, context)
		assert.Len(t, r.all("w:EndOfSequence"), 1)

		r = w.serve(enumerate(""))
		got, context = listed(r)
		assert.Empty(t, got)
		assert.Empty(t, r.all("w:EndOfSequence"))
		for _, part := range [][]string{want[:3], want[3:6], want[6:]} {
			require.NotEmpty(t, context)
			r = w.serve(pull(" "+context+"\n", "<n:MaxElements>3</n:MaxElements>"))
			got, context = listed(r)
			assert.Equal(t, part, got)
			assert.Len(t, r.all("n:Items"), 1)
		}
		assert.Empty(t, context)
		assert.Len(t, r.all("n:EndOfSequence"), 1)

		r = w.serve(enumerate(optimized + "<n:MaxElements>2</n:MaxElements>"))
		got, context = listed(r)
		assert.Equal(t, want[:2], got)
		assert.Empty(t, r.all("w:EndOfSequence"))
		got, context = listed(w.serve(pull(context, "")))
		assert.Equal(t, want[2:], got, "without a number all that fit")
		assert.Empty(t, context)
	})
}

// TestEnumerateNothing has no items at all.
func TestEnumerateNothing(t *testing.T) {
	w := newWorld(t)
	r := w.serve(enumerate(optimized))
	require.NoError(t, r.err())
	assert.Empty(t, r.all("w:Items"))
	assert.Len(t, r.all("w:EndOfSequence"), 1)
	_, context := listed(w.serve(enumerate("")))
	r = w.serve(pull(context, ""))
	require.NoError(t, r.err())
	assert.Empty(t, r.all("n:Items"))
	assert.Len(t, r.all("n:EndOfSequence"), 1)
}

// TestEnumerateWhose: users see their own, administrators all.
func TestEnumerateWhose(t *testing.T) {
	w := newWorld(t)
	own := w.shells(2)
	require.NoError(t, w.serve(ask{action: wsman.ActionCreate, body: psShell(nowhere, ""), who: bob}).err())
	as := func(who wsman.Principal, content string) []string {
		a := enumerate(optimized + content)
		a.who = who
		ids, _ := listed(w.serve(a))
		return ids
	}
	assert.ElementsMatch(t, own, as(ann, ""))
	assert.Equal(t, []string{nowhere}, as(bob, ""))
	assert.ElementsMatch(t, append(own, nowhere), as(root, ""))
	assert.Equal(t, own[1:], as(ann, filter(strings.ToLower(own[1]))))
	assert.Empty(t, as(bob, filter(own[1])))
	assert.Equal(t, own[1:], as(root, filter(own[1])))
	assert.Empty(t, as(ann, filter("no GUID")))
}

// TestEnumerationModes: objects, references to them, or both.
func TestEnumerationModes(t *testing.T) {
	w := newWorld(t)
	id := w.shells(1)[0]
	mode := func(m string) *reply {
		return w.serve(enumerate(optimized + "<wsm:EnumerationMode>" + m + "</wsm:EnumerationMode>"))
	}

	r := mode("EnumerateEPR")
	require.NoError(t, r.err())
	items := r.all("w:Items")[0].ChildElements()
	require.Len(t, items, 1)
	assert.True(t, wsman.IsElement(items[0], wsman.NamespaceAddressing, "EndpointReference"))
	assert.Equal(t, "http://server:5985/wsman", r.text("a:Address"))
	assert.Equal(t, id, r.text("w:Selector"))
	assert.Empty(t, r.all("rsp:Shell"))

	r = mode(" EnumerateObjectAndEPR ")
	require.NoError(t, r.err())
	items = r.all("w:Items")[0].ChildElements()
	require.Len(t, items, 1)
	assert.True(t, wsman.IsElement(items[0], wsman.NamespaceWSMan, "Item"))
	both := items[0].ChildElements()
	require.Len(t, both, 2)
	assert.Equal(t, []string{"Shell", "EndpointReference"}, []string{both[0].Tag, both[1].Tag})
	assert.Equal(t, id, r.text("rsp:ShellId"))
	assert.Equal(t, id, r.text("w:Selector"))

	require.ErrorIs(t, mode("EnumerateNothing").err(), wsman.CodeUnsupportedFeature)
}

func TestEnumerateRefused(t *testing.T) {
	tests := map[string]struct {
		body string
		code wsman.FaultCode
	}{
		"no body":         {"", wsman.CodeSchemaValidation},
		"wrong element":   {"<n:Pull/>", wsman.CodeSchemaValidation},
		"no elements":     {"<n:Enumerate><n:MaxElements>0</n:MaxElements></n:Enumerate>", wsman.CodeSchemaValidation},
		"elements, text":  {"<n:Enumerate><n:MaxElements>many</n:MaxElements></n:Enumerate>", wsman.CodeSchemaValidation},
		"elements, minus": {"<n:Enumerate><n:MaxElements>-1</n:MaxElements></n:Enumerate>", wsman.CodeSchemaValidation},
		"filter, none":    {"<n:Enumerate><wsm:Filter>x</wsm:Filter></n:Enumerate>", wsman.CodeFilterDialectUnavailable},
		"filter, WQL":     {`<n:Enumerate><n:Filter Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">select</n:Filter></n:Enumerate>`, wsman.CodeFilterDialectUnavailable},
		"filter, empty":   {`<n:Enumerate><wsm:Filter Dialect="` + wsman.SelectorFilterDialect + `"/></n:Enumerate>`, wsman.CodeCannotProcessFilter},
		"filter, other":   {"<n:Enumerate>" + strings.Replace(filter("x"), "ShellId", "Name", 1) + "</n:Enumerate>", wsman.CodeCannotProcessFilter},
	}
	w := newWorld(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := w.serve(ask{action: wsman.ActionEnumerate, resource: wsman.ResourceShell, body: test.body})
			require.ErrorIs(t, r.err(), test.code)
		})
	}
	r := w.serve(enumerate("<wsm:Filter>x</wsm:Filter>"))
	assert.Equal(t, wsman.ActionFaultEnumeration, r.headerText("a:Action"))
}

// TestEnumerateCommands: the commands of the shell that the filter names.
func TestEnumerateCommands(t *testing.T) {
	w := newWorld(t)
	w.createPowerShell()
	w.command()
	commands := func(content string, who wsman.Principal) *reply {
		a := enumerate(optimized + content)
		a.resource, a.who = wsman.ResourceCommand, who
		return w.serve(a)
	}
	r := commands(filter(shellA), ann)
	require.NoError(t, r.err())
	require.Len(t, r.all("rsp:Command"), 1)
	assert.Equal(t, commandA, r.text("rsp:CommandId"))
	assert.Equal(t, "dir", r.text("rsp:CommandLine"))
	assert.Equal(t, "Running", r.text("rsp:CommandState"))
	require.Len(t, commands(filter(shellA), root).all("rsp:Command"), 1)
	require.ErrorIs(t, commands(filter(shellA), bob).err(), wsman.CodeAccessDenied)
	assert.Len(t, commands(filter(nowhere), ann).all("w:EndOfSequence"), 1, "no shell, no commands")
	require.ErrorIs(t, commands("", ann).err(), wsman.CodeCommandFilterExpected)
	require.ErrorIs(t, commands(filter(shellA)+"<wsm:EnumerationMode>EnumerateEPR</wsm:EnumerationMode>", ann).err(), wsman.CodeCommandEPRsNotSupported)
}

// TestEnumerationContexts belong to their user, serve once and end.
func TestEnumerationContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.shells(3)
		begin := func() string {
			_, context := listed(w.serve(enumerate("")))
			require.NotEmpty(t, context)
			return context
		}
		unknown := func(a ask) {
			t.Helper()
			r := w.serve(a)
			require.ErrorIs(t, r.err(), wsman.CodeInvalidEnumeration)
			assert.Equal(t, wsman.SOAPReceiver, r.fault.Code)
			assert.Equal(t, wsman.ActionFaultEnumeration, r.headerText("a:Action"))
		}
		context := begin()
		stolen := pull(context, "")
		stolen.who = bob
		unknown(stolen)
		stolen.who = root
		unknown(stolen)
		_, next := listed(w.serve(pull(context, "<n:MaxElements>1</n:MaxElements>")))
		unknown(pull(context, ""))
		unknown(pull("", ""))
		unknown(pull("uuid:"+nowhere, ""))

		require.ErrorIs(t, w.serve(pull(next, "<n:MaxElements>x</n:MaxElements>")).err(), wsman.CodeSchemaValidation)
		got, _ := listed(w.serve(pull(next, "")))
		assert.Len(t, got, 2, "a Pull that was refused has used up nothing")

		context = begin()
		stolen = release(context)
		stolen.who = bob
		unknown(stolen)
		r := w.serve(release(context))
		require.NoError(t, r.err())
		assert.Empty(t, r.body.ChildElements())
		unknown(pull(context, ""))
		unknown(release(context))
		require.ErrorIs(t, w.serve(ask{action: wsman.ActionRelease, resource: wsman.ResourceShell}).err(), wsman.CodeSchemaValidation)

		context = begin()
		time.Sleep(4 * time.Minute)
		got, next = listed(w.serve(pull(context, "<n:MaxElements>1</n:MaxElements>")))
		assert.Len(t, got, 1, "not before its time")
		time.Sleep(4*time.Minute + time.Nanosecond)
		unknown(pull(next, ""))
	})
}

// TestEnumerateTooSmall: an item that does not fit is a fault, and the client
// can ask again with more room.
func TestEnumerateTooSmall(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.serve(ask{action: wsman.ActionCreate, body: psShell(shellA, "<r:WorkingDirectory>"+strings.Repeat("x", 9000)+"</r:WorkingDirectory>")}).err())
	a := enumerate(optimized)
	a.size = wsman.MinEnvelopeSize
	require.ErrorIs(t, w.serve(a).err(), wsman.CodeMaxEnvelopeSizeExceeded)
	_, context := listed(w.serve(enumerate("")))
	a = pull(context, "")
	a.size = wsman.MinEnvelopeSize
	require.ErrorIs(t, w.serve(a).err(), wsman.CodeMaxEnvelopeSizeExceeded)
	a.size = 0
	got, _ := listed(w.serve(a))
	assert.Equal(t, []string{shellA}, got)
}

// TestTooManyEnumerations: of one user; others are not in the way, and time
// helps.
func TestTooManyEnumerations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var last string
		for i := range enumeration.MaxOpen {
			_, last = listed(w.serve(enumerate("")))
			require.NotEmpty(t, last, strconv.Itoa(i))
		}
		r := w.serve(enumerate(""))
		require.ErrorIs(t, r.err(), wsman.CodeQuotaMaxOperations)
		require.NoError(t, w.serve(enumerate(optimized)).err(), "one that needs no context")
		other := enumerate("")
		other.who = bob
		require.NoError(t, w.serve(other).err())
		require.NoError(t, w.serve(release(last)).err())
		require.NoError(t, w.serve(enumerate("")).err())
		require.Error(t, w.serve(enumerate("")).err())
		time.Sleep(4*time.Minute + time.Second)
		require.NoError(t, w.serve(enumerate("")).err())
		assert.Equal(t, 1, w.contexts.Open(), "what has expired is let go of")
	})
}

// TestDetails are for whoever asks for them.
func TestDetails(t *testing.T) {
	w := newWorld(t)
	sh := w.createPowerShell()
	sh.Stream("stdout").Put(keep("12345"))
	a := enumerate(optimized)
	assert.NotContains(t, string(w.serve(a).envelope), namespaceDetails)
	a.options = `<wsm:Option Name="WINRMD_DETAILS">TRUE</wsm:Option>`
	r := w.serve(a)
	assert.Equal(t, "5", r.text("d:BufferedBytes"))
	assert.Equal(t, "0", r.text("d:DroppedMessages"))
}
