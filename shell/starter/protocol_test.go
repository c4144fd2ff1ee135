package starter

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const someShell = "6D7A6C3F-6A57-4B0C-9D0B-0C6B7D2A1E5F"

// attempts are requests that are refused whoever sends them, with a word of the
// reason.
var attempts = map[string]struct{ packet, because string }{
	"nothing":               {``, "EOF"},
	"no JSON":               {`start root`, "invalid"},
	"two requests":          {`{"Version":1,"Operation":"clear","ShellID":"` + someShell + `"}{}`, "after"},
	"another version":       {`{"Version":2,"Operation":"clear","ShellID":"` + someShell + `"}`, "restart the service"},
	"no version":            {`{"Operation":"clear","ShellID":"` + someShell + `"}`, "restart the service"},
	"an unknown operation":  {`{"Version":1,"Operation":"exec","ShellID":"` + someShell + `"}`, "no operation"},
	"a number":              {`{"Version":1,"Operation":"make","ShellID":"` + someShell + `","UID":0}`, "unknown field"},
	"a program":             {`{"Version":1,"Operation":"start","ShellID":"` + someShell + `","Account":"a","Command":["/bin/sh"]}`, "unknown field"},
	"an environment":        {`{"Version":1,"Operation":"start","ShellID":"` + someShell + `","Account":"a","Environment":["LD_PRELOAD=x"]}`, "unknown field"},
	"a path for a ShellId":  {`{"Version":1,"Operation":"remove","ShellID":"../../../../../../../../../../../etc"}`, "no ShellId"},
	"a path as long as one": {`{"Version":1,"Operation":"remove","ShellID":"../../../../../../../../../../../etc"}`, "no ShellId"},
	"a ShellId in braces":   {`{"Version":1,"Operation":"remove","ShellID":"{` + someShell + `}"}`, "no ShellId"},
	"one in lower case":     {`{"Version":1,"Operation":"remove","ShellID":"` + strings.ToLower(someShell) + `"}`, "no ShellId"},
	"no ShellId":            {`{"Version":1,"Operation":"clear"}`, "no ShellId"},
	"no account":            {`{"Version":1,"Operation":"make","ShellID":"` + someShell + `"}`, "account"},
	"an option":             {`{"Version":1,"Operation":"make","ShellID":"` + someShell + `","Account":"--root=/"}`, "begins with -"},
	"an account's number":   {`{"Version":1,"Operation":"make","ShellID":"` + someShell + `","Account":"0"}`, "number"},
	"a path for an account": {`{"Version":1,"Operation":"make","ShellID":"` + someShell + `","Account":"../root"}`, "character"},
	"a line for an account": {`{"Version":1,"Operation":"make","ShellID":"` + someShell + `","Account":"a\nroot"}`, "character"},
	"an account to clear":   {`{"Version":1,"Operation":"clear","ShellID":"` + someShell + `","Account":"a"}`, "takes no account"},
	"a shell to about":      {`{"Version":1,"Operation":"about","ShellID":"` + someShell + `"}`, "takes no shell"},
	"an account to about":   {`{"Version":1,"Operation":"about","Account":"winrmd"}`, "takes no shell"},
	"an account to check":   {`{"Version":1,"Operation":"check","Account":"winrmd"}`, "takes no shell"},
	"a service to about":    {`{"Version":1,"Operation":"about","Service":"root"}`, "unknown field"},
	"a shell to renew":      {`{"Version":1,"Operation":"renew","ShellID":"` + someShell + `"}`, "takes no shell"},
	"a program to renew":    {`{"Version":1,"Operation":"renew","Program":"/tmp/winrmd"}`, "unknown field"},
	"a state to renew":      {`{"Version":1,"Operation":"renew","Inherited":5}`, "unknown field"},
	"limits to make":        {`{"Version":1,"Operation":"make","ShellID":"` + someShell + `","Account":"a","Limits":{"MemoryMB":1}}`, "takes no limits"},
	"limits to remove":      {`{"Version":1,"Operation":"remove","ShellID":"` + someShell + `","Limits":{"MemoryMB":1}}`, "takes no limits"},
	"a negative limit":      {`{"Version":1,"Operation":"start","ShellID":"` + someShell + `","Account":"a","Limits":{"OpenFiles":-1}}`, "out of range"},
	"a large weight":        {`{"Version":1,"Operation":"start","ShellID":"` + someShell + `","Account":"a","Limits":{"ProcessorWeight":10001}}`, "out of range"},
	"too much":              {`{"Version":1,"Operation":"clear","ShellID":"` + someShell + `","Account":"` + strings.Repeat("a", maxMessage) + `"}`, "too long"},
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, test := range attempts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseRequest([]byte(test.packet))
			require.Error(t, err)
			assert.Contains(t, err.Error(), test.because)
		})
	}
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	for _, r := range []*request{
		{Version: version, Operation: operationMake, ShellID: someShell, Account: "ann"},
		{Version: version, Operation: operationStart, ShellID: someShell, Account: `CORP\ann`},
		{Version: version, Operation: operationClear, ShellID: someShell},
		{Version: version, Operation: operationRemove, ShellID: someShell},
		{Version: version, Operation: operationAbout},
		{Version: version, Operation: operationRenew},
		{Version: version, Operation: operationCheck},
	} {
		packet, err := json.Marshal(r)
		require.NoError(t, err)
		again, err := parseRequest(packet)
		require.NoError(t, err, "%s", packet)
		assert.Equal(t, r, again)
	}
}

// FuzzParseRequest: what is accepted says nothing but what it may, and means the
// same when it is written again.
func FuzzParseRequest(f *testing.F) {
	for _, test := range attempts {
		f.Add([]byte(test.packet))
	}
	f.Add([]byte(`{"Version":1,"Operation":"start","ShellID":"` + someShell + `","Account":"ann","Limits":{"Processes":5}}`))
	f.Add([]byte(`{"Version":1,"Operation":"about"}`))
	f.Add([]byte(`{"Version":1,"Operation":"renew"}`))
	f.Add([]byte(`{"Version":1,"operation":"clear","Operation":"remove","ShellID":"` + someShell + `"}`))
	f.Fuzz(func(t *testing.T, packet []byte) {
		r, err := parseRequest(packet)
		if err != nil {
			return
		}
		assert.LessOrEqual(t, len(packet), maxMessage)
		assert.NotContains(t, r.ShellID, "/")
		assert.NotContains(t, r.ShellID, ".")
		assert.NotContains(t, r.Account, "/")
		assert.NotContains(t, r.Account, "\n")
		assert.False(t, strings.HasPrefix(r.Account, "-"))
		again, err := json.Marshal(r)
		require.NoError(t, err)
		same, err := parseRequest(again)
		if len(again) <= maxMessage {
			require.NoError(t, err)
			assert.Equal(t, r, same)
		}
	})
}
