package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

func TestParseValues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		arguments []string
		want      []value
		wrong     string
	}{
		"pairs":     {[]string{"a=1", "b=x=y", "c="}, []value{{"a", "1"}, {"b", "x=y"}, {"c", ""}}, ""},
		"table":     {[]string{`@{a="1"; b='2;}' ;c=3}`}, []value{{"a", "1"}, {"b", "2;}"}, {"c", "3"}}, ""},
		"doubled":   {[]string{`@{a="say ""hi"""}`}, []value{{"a", `say "hi"`}}, ""},
		"empty":     {[]string{"@{}"}, nil, ""},
		"nothing":   {nil, nil, ""},
		"no pair":   {[]string{"a"}, nil, "no NAME=VALUE"},
		"no name":   {[]string{"=a"}, nil, "no NAME=VALUE"},
		"open":      {[]string{`@{a="1"`}, nil, "does not end with }"},
		"open mark": {[]string{`@{a="1}`}, nil, "quotation mark is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parseValues(c.arguments)
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				assert.Equal(t, exitUsage, exitStatus(err))
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestParseResource(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]wsmanclient.Resource{
		"winrm/config": {URI: wsman.ResourceConfig},
		"shell":        {URI: wsman.ResourceShell},
		"shell/cmd":    {URI: wsman.ResourceCmd},
		"http://x/y":   {URI: "http://x/y"},
		"WinRM/config/listener?Address=*+Transport=HTTPS": {
			URI:       wsman.ResourceConfig + "/listener",
			Selectors: []wsman.Selector{{Name: "Address", Value: "*"}, {Name: "Transport", Value: "HTTPS"}},
		},
		"winrm/config/plugin?Name=a%2Bb": {URI: wsman.ResourceConfigPlugin, Selectors: []wsman.Selector{{Name: "Name", Value: "a+b"}}},
	} {
		got, err := parseResource(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "a?b", "a?=b", "a?b=%zz"} {
		_, err := parseResource(text)
		assert.Equal(t, exitUsage, exitStatus(err), text)
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	const document = `<cfg:Service xmlns:cfg="urn:c" Enabled="true"><cfg:A>1</cfg:A><cfg:Auth><cfg:Basic>false</cfg:Basic></cfg:Auth></cfg:Service>`
	got, err := merge([]byte(document), []value{{"a", "2&3"}, {"auth.basic", "true"}, {"enabled", "false"}})
	require.NoError(t, err)
	assert.Equal(t, `<cfg:Service xmlns:cfg="urn:c" Enabled="false"><cfg:A>2&amp;3</cfg:A><cfg:Auth><cfg:Basic>true</cfg:Basic></cfg:Auth></cfg:Service>`, string(got))
	_, err = merge([]byte(document), []value{{"auth.nonsense", "1"}})
	assert.ErrorContains(t, err, "has no auth.nonsense")
}

func TestInstance(t *testing.T) {
	t.Parallel()
	got, err := instance(wsman.ResourceConfig+"/listener", []value{{"Hostname", "a<b"}})
	require.NoError(t, err)
	assert.Equal(t, `<p:Listener xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/config/listener"><p:Hostname>a&lt;b</p:Hostname></p:Listener>`, string(got))
	got, err = input("urn:x/Win32_Process", "Create", []value{{"CommandLine", "id"}})
	require.NoError(t, err)
	assert.Equal(t, `<p:Create_INPUT xmlns:p="urn:x/Win32_Process"><p:CommandLine>id</p:CommandLine></p:Create_INPUT>`, string(got))
	_, err = instance("urn:x/y", []value{{"a b", ""}})
	assert.Error(t, err)
}

func TestPrinter(t *testing.T) {
	t.Parallel()
	const document = `<c:Config xmlns:c="urn:c" xmlns:xsi="urn:i" Name="n"><c:A>1</c:A><c:B/><c:N xsi:nil="true"/><c:L>x</c:L><c:L>y&#x9B;</c:L><c:S><c:T>2</c:T></c:S></c:Config>`
	for form, want := range map[string]string{
		"text": "Config\n    Name = n\n    A = 1\n    B\n    N = null\n    L = x\n    L = y\uFFFD\n    S\n        T = 2\n",
		"json": `{"A":"1","B":"","L":["x","y"],"N":null,"Name":"n","S":{"T":"2"}}` + "\n",
	} {
		e, err := parse([]byte(document))
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, newPrinter(&b, form).element(e))
		assert.Equal(t, want, b.String())
	}
	e, err := parse([]byte("<a/>"))
	require.NoError(t, err)
	assert.Equal(t, exitUsage, exitStatus(newPrinter(&bytes.Buffer{}, "yaml").element(e)))
}
