package capture

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSecretHeaders(t *testing.T) {
	s := &Secrets{Known: []string{"p&ssword"}}
	for _, test := range []struct{ name, value, want string }{
		{"Authorization", "Basic YWxpY2U6eA==", "Basic " + Removed},
		{"Authorization", "YWxpY2U6eA==", Removed},
		{"Www-Authenticate", "Negotiate", "Negotiate"},
		{"Www-Authenticate", "Negotiate TlRMTVNTUAAC", "Negotiate " + Removed},
		{"Www-Authenticate", `Basic realm="WSMAN"`, `Basic realm="WSMAN"`},
		{"Cookie", "a=b", Removed},
		{"X-Api-Key", "abc", Removed},
		{"User-Agent", "tool p&ssword", "tool " + Removed},
		{"Content-Type", "application/soap+xml", "application/soap+xml"},
	} {
		x := Exchange{Request: Message{Header: []Header{{test.name, test.value}}}}
		s.Add(&x)
		assert.Equal(t, test.want, x.Request.Header[0].Value, test.name+" "+test.value)
	}
}

func TestSecretBodies(t *testing.T) {
	const shell = ` xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"`
	stream := base64.StdEncoding.EncodeToString([]byte("typed p&ssword\n"))
	masked := base64.StdEncoding.EncodeToString([]byte("typed ********\n"))
	packed := base64.StdEncoding.EncodeToString(Pack([]byte("typed p&ssword\n")))
	packedMasked := base64.StdEncoding.EncodeToString(Pack([]byte("typed ********\n")))
	for _, test := range []struct{ body, want string }{
		{`<a><Password>x</Password></a>`, `<a><Password>` + Removed + `</Password></a>`},
		{`<a><UseInteractiveToken>true</UseInteractiveToken></a>`, `<a><UseInteractiveToken>true</UseInteractiveToken></a>`},
		{`<a RunAsPassword="x" b='y'/>`, `<a RunAsPassword="` + Removed + `" b='y'/>`},
		{`<Param Name="apiKey" Value="x"/>`, `<Param Name="apiKey" Value="` + Removed + `"/>`},
		{`<rsp:Variable` + shell + ` Name="GITHUB_TOKEN">x</rsp:Variable>`, `<rsp:Variable` + shell + ` Name="GITHUB_TOKEN">` + Removed + `</rsp:Variable>`},
		{`<rsp:Variable` + shell + ` Name="PATH">x</rsp:Variable>`, `<rsp:Variable` + shell + ` Name="PATH">x</rsp:Variable>`},
		{`<rsp:Command` + shell + `>net use \\a /password:hello x</rsp:Command>`, `<rsp:Command` + shell + `>net use \\a /password:***** x</rsp:Command>`},
		{`<rsp:Stream` + shell + ` Name="stdin">` + stream + `</rsp:Stream>`, `<rsp:Stream` + shell + ` Name="stdin">` + masked + `</rsp:Stream>`},
		{`<rsp:Stream` + shell + ` Name="stdin">` + packed + `</rsp:Stream>`, `<rsp:Stream` + shell + ` Name="stdin">` + packedMasked + `</rsp:Stream>`},
		{`<a>p&amp;ssword and p&amp;ssword</a>`, `<a>` + Removed + ` and ` + Removed + `</a>`},
		{`no XML p&ssword`, `no XML ` + Removed},
	} {
		x := Exchange{Request: Message{Body: test.body}, Response: Message{Body: test.body}}
		(&Secrets{Known: []string{"p&ssword", "ab"}}).Add(&x)
		assert.Equal(t, test.want, x.Request.Body)
		assert.Equal(t, test.want, x.Response.Body)
	}
}

func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		"$password = 'se cret'; b":                            "$password = '*******'; b",
		`connect --token abc-def --name x`:                    `connect --token ******* --name x`,
		`$x = ConvertTo-SecureString "abc" -AsPlainText`:      `$x = ConvertTo-SecureString "***" -AsPlainText`,
		`$x = ConvertTo-SecureString $secret -AsPlainText`:    `$x = ConvertTo-SecureString $secret -AsPlainText`,
		"Authorization: Bearer abcdefgh.ijkl":                 "Authorization: Bearer *************",
		"https://ann:secret@server/x":                         "https://ann:******@server/x",
		"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE": "-----BEGIN PRIVATE KEY-----\n****\n-----END PRIVATE",
		"Get-Process -Name pwsh":                              "Get-Process -Name pwsh",
		"New-PSDrive -Credential $c -Password $p":             "New-PSDrive -Credential $c -Password $p",
		"$secret = [securestring]::new(); $x":                 "$secret = [securestring]::new(); $x",
		"$password = Read-Host":                               "$password = Read-Host",
		"export MY_PASSWORD=abc; DB_PASSWORD_OLD=d x":         "export MY_PASSWORD=***; DB_PASSWORD_OLD=* x",
		`{"password": "abc", "a": 1}`:                         `{"password": "***", "a": 1}`,
		"client_secret: 'x1'":                                 "client_secret: '**'",
	} {
		assert.Equal(t, want, string(Mask([]byte(text), nil)))
	}
	wide := "h\x00u\x00n\x00t\x00e\x00r\x00"
	assert.NotContains(t, string(Mask([]byte("x"+wide), []string{"hunter"})), "u\x00n")
	assert.Len(t, Mask([]byte("x"+wide), []string{"hunter"}), 13)
}
