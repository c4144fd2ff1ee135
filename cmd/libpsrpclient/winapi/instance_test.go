package winapi

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

func TestInvoke(t *testing.T) {
	t.Parallel()
	server := wsmantest.NewServer(t,
		wsmantest.OnIdentify().Answer(wsmantest.Identified("a & b", "1")),
		wsmantest.On(wsman.ActionGet).Check(func(r *wsmantest.Request) error {
			assert.Equal(t, wsman.ResourceConfig, r.Header.ResourceURI)
			return nil
		}).Answer(`<c:Config xmlns:c="urn:c"/>`),
		wsmantest.On(wsman.ActionDelete).Fault(wsman.CodeUnexpectedSelectors),
	)
	ask := func(action, more string) string {
		return Invoke(`<Invocation Action="` + action + `" Mechanism="1" Connection="` + server.URL + `" ResourceURI="winrm/config">` + more + `</Invocation>`)
	}
	assert.Contains(t, ask("Identify", ""), "<Result><Item><wsmid:IdentifyResponse")
	assert.Regexp(t, `^<Result><Item><c:Config [^>]*xmlns:c="urn:c"/></Item></Result>$`, ask("Get", ""))
	assert.Contains(t, ask("Delete", `<Selector Name="a">b</Selector>`), `<Error Code="2150858843"`)
	assert.Contains(t, ask("Get", `<SessionOption Number="11" Value="1"/>`), `<Error Code="2150859128"`)
	assert.Contains(t, ask("Dance", ""), `<Error Code="87"`)
	assert.Contains(t, Invoke("<"), `<Error Code="87"`)
}

// FuzzInvoke gives documents. Of those that say what to do only the reading is
// tried: they would be sent.
func FuzzInvoke(f *testing.F) {
	f.Add(`<Invocation Action="Get" ResourceURI="shell"><Selector Name="a">b</Selector></Invocation>`)
	f.Add(`<Invocation Action="Enumerate"><SessionOption Number="18" Value="1"/><Filter>x</Filter></Invocation>`)
	f.Add(`<Invocation`)
	f.Fuzz(func(t *testing.T, document string) {
		var i Invocation
		if xml.Unmarshal([]byte(document), &i) == nil && invocations[i.Action] != nil {
			written, err := xml.Marshal(i)
			require.NoError(t, err)
			var again Invocation
			require.NoError(t, xml.Unmarshal(written, &again))
			assert.Equal(t, i, again)
			return
		}
		answer := Invoke(document)
		require.NoError(t, xml.Unmarshal([]byte(answer), new(struct{})))
		assert.True(t, strings.HasPrefix(answer, "<Error "))
	})
}
