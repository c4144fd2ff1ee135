package enumeration_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

const resource = "http://example.org/things"

// things is a resource of n items, each of which has a reference.
func things(n int, c *enumeration.Contexts) *wsman.Mux {
	mux := &wsman.Mux{}
	mux.Handle(resource, []string{wsman.ActionEnumerate}, wsman.HandlerFunc(func(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
		q, err := enumeration.Read(r)
		if err != nil {
			return nil, err
		}
		var items []*etree.Element
		for i := range n {
			items = append(items, q.Mode.Item(
				func() *etree.Element { return thing("t:Thing", i) },
				func() *etree.Element { return thing("a:EndpointReference", i) }))
		}
		return c.Begin(r, q, items)
	}))
	c.Route(mux, resource)
	return mux
}

func thing(name string, i int) *etree.Element {
	e := etree.NewElement(name)
	e.CreateAttr("xmlns:t", resource)
	e.SetText(fmt.Sprint(i))
	return e
}

// ask sends a body and returns the body of the answer.
func ask(t *testing.T, h wsman.Handler, action, body string) (*etree.Element, error) {
	t.Helper()
	raw := `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing + `" xmlns:w="` + wsman.NamespaceWSMan +
		`" xmlns:n="` + wsman.NamespaceEnumeration + `"><s:Header><a:Action>` + action + `</a:Action><a:MessageID>uuid:1</a:MessageID>` +
		`<a:To>http://server/wsman</a:To><a:ReplyTo><a:Address>` + wsman.AddressAnonymous + `</a:Address></a:ReplyTo><w:ResourceURI>` + resource + `</w:ResourceURI></s:Header><s:Body>` + body + `</s:Body></s:Envelope>`
	r, err := wsman.ParseRequest([]byte(raw), wsman.Limits{})
	require.NoError(t, err)
	response, err := h.ServeWSMan(t.Context(), r)
	if err != nil {
		return nil, err
	}
	doc := etree.NewDocument()
	require.NoError(t, doc.ReadFromBytes(response.AppendEnvelope(nil, r)))
	return wsman.FindChild(doc.Root(), wsman.NamespaceSOAP, "Body").ChildElements()[0], nil
}

func minute() time.Duration { return time.Minute }

// items are the texts of the items in an answer, and its context.
func items(e *etree.Element) (found []string, context string) {
	for _, space := range []string{wsman.NamespaceWSMan, wsman.NamespaceEnumeration} {
		if list := wsman.FindChild(e, space, "Items"); list != nil {
			for _, i := range list.ChildElements() {
				found = append(found, i.Text())
			}
		}
	}
	if c := wsman.FindChild(e, wsman.NamespaceEnumeration, "EnumerationContext"); c != nil {
		context = c.Text()
	}
	return found, context
}

// TestMaxItems: no answer has more items than MaxBatchItems says at that time,
// whatever the client asks for.
func TestMaxItems(t *testing.T) {
	limit := 2
	c := enumeration.New(enumeration.Config{Timeout: minute, MaxItems: func() int { return limit }})
	h := things(6, c)
	e, err := ask(t, h, wsman.ActionEnumerate, "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>5</w:MaxElements></n:Enumerate>")
	require.NoError(t, err)
	got, context := items(e)
	assert.Equal(t, []string{"0", "1"}, got)
	require.NotEmpty(t, context)
	limit = 3
	e, err = ask(t, h, wsman.ActionPull, "<n:Pull><n:EnumerationContext>"+context+"</n:EnumerationContext></n:Pull>")
	require.NoError(t, err)
	got, _ = items(e)
	assert.Equal(t, []string{"2", "3", "4"}, got)
	assert.Nil(t, wsman.FindChild(e, wsman.NamespaceEnumeration, "EndOfSequence"))
	assert.Equal(t, 1, c.Open())
}

// TestModes: what an item is.
func TestModes(t *testing.T) {
	h := things(1, enumeration.New(enumeration.Config{Timeout: minute}))
	for mode, want := range map[string]string{
		"": "Thing", "EnumerateEPR": "EndpointReference", "EnumerateObjectAndEPR": "Item Thing EndpointReference",
	} {
		text := ""
		if mode != "" {
			text = "<w:EnumerationMode>" + mode + "</w:EnumerationMode>"
		}
		e, err := ask(t, h, wsman.ActionEnumerate, "<n:Enumerate><w:OptimizeEnumeration/>"+text+"</n:Enumerate>")
		require.NoError(t, err)
		item := wsman.FindChild(e, wsman.NamespaceWSMan, "Items").ChildElements()[0]
		names := []string{item.Tag}
		for _, part := range item.ChildElements() {
			names = append(names, part.Tag)
		}
		assert.Equal(t, want, strings.Join(names, " "))
	}
}

// TestSelectors are those of the filter.
func TestSelectors(t *testing.T) {
	raw := `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `"><s:Header/><s:Body><n:Enumerate xmlns:n="` + wsman.NamespaceEnumeration + `" xmlns:w="` +
		wsman.NamespaceWSMan + `"><n:Filter Dialect="` + wsman.SelectorFilterDialect + `"><w:SelectorSet><w:Selector Name="A"> x </w:Selector>` +
		`<w:Selector Name="B">y</w:Selector></w:SelectorSet></n:Filter></n:Enumerate></s:Body></s:Envelope>`
	r, _ := wsman.ParseRequest([]byte(raw), wsman.Limits{})
	q, err := enumeration.Read(r)
	require.NoError(t, err)
	assert.True(t, q.Filtered)
	for name, want := range map[string]string{"a": "x", "B": "y"} {
		got, ok := q.Selector(name)
		assert.True(t, ok)
		assert.Equal(t, want, got)
	}
	_, ok := q.Selector("C")
	assert.False(t, ok)
}
