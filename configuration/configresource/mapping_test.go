package configresource

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration/certmapping"
	"github.com/winrmd/winrmd/wsman"
)

const issuer = "5600a015ca5e8a26f638b74e819ae92096da5c8c" // the one in MS-WSMV 4.2.3

// mapping asks something of one certificate mapping.
func mapping(action, uri, subject, content string) ask {
	body := ""
	if content != "" {
		body = cfg("CertMapping", "/service/certmapping", content)
	}
	return ask{action: action, resource: wsman.ResourceConfigCertMapping, body: body, selectors: []wsman.Selector{
		{Name: "Issuer", Value: issuer}, {Name: "Subject", Value: subject}, {Name: "URI", Value: uri},
	}}
}

// TestMappingLife is a mapping from Create to Delete; the Create is the one of
// MS-WSMV 4.2.3.
func TestMappingLife(t *testing.T) {
	w := newWorld(t)
	create := mapping(wsman.ActionCreate, "*", "*@mig.net", "")
	create.body = `<cert:certmapping xmlns:cert="` + wsman.ResourceConfigCertMapping + `.xsd"><cert:UserName>certAdminAccount</cert:UserName>` +
		`<cert:password>Bull_dog1</cert:password><cert:Enabled>true</cert:Enabled></cert:certmapping>`
	created := w.serve(create).first()
	assert.True(t, wsman.IsElement(created, wsman.NamespaceTransfer, "ResourceCreated"))
	assert.Equal(t, "*@mig.net", created.FindElement(".//Selector[@Name='Subject']").Text())
	entry := certmapping.Entry{Subject: "*@mig.net", Issuer: issuer, URI: "*", Enabled: true, User: "certAdminAccount"}
	all, err := w.mappings.Entries()
	require.NoError(t, err)
	assert.Equal(t, []certmapping.Entry{entry}, all)
	content, err := os.ReadFile(filepath.Join(w.directory, "certmapping.toml"))
	require.NoError(t, err)
	assert.NotContains(t, string(content), "Bull_dog1")
	assert.NotContains(t, w.log.String(), "Bull_dog1")
	w.serve(create).refused(wsman.CodeAlreadyExists)

	w.serve(mapping(wsman.ActionCreate, "http://schemas.microsoft.com/powershell/*", "*@mig.net", `<cfg:UserName>.\bob</cfg:UserName><cfg:Enabled>false</cfg:Enabled>`)).first()
	got := w.serve(mapping(wsman.ActionGet, "http://schemas.microsoft.com/powershell/*", "*@mig.net", "")).first()
	assert.Equal(t, []string{
		"/CertMapping/URI = http://schemas.microsoft.com/powershell/*", "/CertMapping/Subject = *@mig.net", "/CertMapping/Issuer = " + issuer,
		"/CertMapping/UserName = bob", "/CertMapping/Enabled = false",
	}, outline(got, ""))
	for mode, want := range map[string]string{"": "./Items/CertMapping", "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>": "./Items/EndpointReference"} {
		list := w.serve(ask{action: wsman.ActionEnumerate, resource: wsman.ResourceConfigCertMapping, body: "<n:Enumerate><w:OptimizeEnumeration/>" + mode + "</n:Enumerate>"})
		assert.Len(t, list.first().FindElements(want), 2)
	}

	put := mapping(wsman.ActionPut, "*", "*@mig.net", "")
	edited := w.serve(mapping(wsman.ActionGet, "*", "*@mig.net", "")).first().Copy()
	edited.SelectElement("Enabled").SetText("False")
	put.body = string(wsman.ElementBody(edited).AppendXML(nil))
	assert.Equal(t, "false", w.serve(put).first().SelectElement("Enabled").Text())
	assert.Equal(t, "eve", w.serve(mapping(wsman.ActionPut, "*", "*@mig.net", "<cfg:UserName>eve</cfg:UserName>")).first().SelectElement("UserName").Text())

	require.Nil(t, w.serve(mapping(wsman.ActionDelete, "*", "*@mig.net", "")).fault)
	w.serve(mapping(wsman.ActionDelete, "*", "*@mig.net", "")).refused(wsman.CodeResourceNotFound, "*@mig.net")
	all, err = w.mappings.Entries()
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, "bob", all[0].User)
}

// TestMappingRefused: each mistake has a fault of its own, and no file is made.
func TestMappingRefused(t *testing.T) {
	const user = "<cfg:UserName>ada</cfg:UserName>"
	without := func(a ask, n int) ask {
		a.selectors = a.selectors[:n]
		return a
	}
	for name, test := range map[string]struct {
		ask   ask
		code  wsman.FaultCode
		parts []string
	}{
		"two selectors":    {without(mapping(wsman.ActionCreate, "*", "*", user), 2), wsman.CodeInsufficientSelectors, []string{"URI, Subject and Issuer"}},
		"other selector":   {ask{action: wsman.ActionGet, resource: wsman.ResourceConfigCertMapping, selectors: []wsman.Selector{{Name: "Name", Value: "x"}}}, wsman.CodeUnexpectedSelectors, []string{"Name"}},
		"one URI":          {mapping(wsman.ActionCreate, "http://schemas.microsoft.com/powershell/JEA", "*", user), wsman.CodeInvalidValues, []string{"powershell/JEA", "*"}},
		"two stars":        {mapping(wsman.ActionCreate, "http://*/x*", "*", user), wsman.CodeInvalidValues, []string{"URI"}},
		"no subject":       {mapping(wsman.ActionCreate, "*", "", user), wsman.CodeInvalidValues, []string{"Subject: empty"}},
		"no user":          {mapping(wsman.ActionCreate, "*", "*", "<cfg:Enabled>true</cfg:Enabled>"), wsman.CodeMissingValues, []string{"UserName"}},
		"no body":          {mapping(wsman.ActionCreate, "*", "*", ""), wsman.CodeMissingValues, []string{"UserName"}},
		"wrong user":       {mapping(wsman.ActionCreate, "*", "*", `<cfg:UserName>ELSEWHERE\ada</cfg:UserName>`), wsman.CodeInvalidValues, []string{"user name", "ELSEWHERE"}},
		"enabled":          {mapping(wsman.ActionCreate, "*", "*", user+"<cfg:Enabled>yes</cfg:Enabled>"), wsman.CodeInvalidValues, []string{"Enabled", "yes"}},
		"another subject":  {mapping(wsman.ActionCreate, "*", "*", user+"<cfg:Subject>x</cfg:Subject>"), wsman.CodeSelectorsInputDiffer, nil},
		"unknown element":  {mapping(wsman.ActionCreate, "*", "*", user+"<cfg:Group>x</cfg:Group>"), wsman.CodeSchemaValidation, []string{"Group"}},
		"nothing to put":   {mapping(wsman.ActionPut, "*", "*", user), wsman.CodeResourceNotFound, nil},
		"nothing to get":   {mapping(wsman.ActionGet, "*", "*", ""), wsman.CodeResourceNotFound, nil},
		"empty issuer":     {ask{action: wsman.ActionCreate, resource: wsman.ResourceConfigCertMapping, body: cfg("CertMapping", "/service/certmapping", user), selectors: []wsman.Selector{{Name: "Issuer"}, {Name: "Subject", Value: "*"}, {Name: "URI", Value: "*"}}}, wsman.CodeInvalidValues, []string{"Issuer"}},
		"no thumbprint":    {ask{action: wsman.ActionCreate, resource: wsman.ResourceConfigCertMapping, body: cfg("CertMapping", "/service/certmapping", user), selectors: []wsman.Selector{{Name: "Issuer", Value: "My CA"}, {Name: "Subject", Value: "*"}, {Name: "URI", Value: "*"}}}, wsman.CodeInvalidValues, []string{"Issuer", "40"}},
		"no administrator": {ask{action: wsman.ActionEnumerate, resource: wsman.ResourceConfigCertMapping, who: ann}, wsman.CodeAccessDenied, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.serve(test.ask).refused(test.code, test.parts...)
			_, err := os.Stat(filepath.Join(w.directory, "certmapping.toml"))
			require.ErrorIs(t, err, os.ErrNotExist)
		})
	}
}

// TestMappingBrokenFile: what somebody else has broken is his to mend.
func TestMappingBrokenFile(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, os.WriteFile(filepath.Join(w.directory, "certmapping.toml"), []byte("[[Mapping]\n"), 0o600))
	for _, a := range []ask{
		mapping(wsman.ActionGet, "*", "*", ""), mapping(wsman.ActionCreate, "*", "*", "<cfg:UserName>ada</cfg:UserName>"),
		{action: wsman.ActionEnumerate, resource: wsman.ResourceConfigCertMapping, body: "<n:Enumerate/>"},
	} {
		w.serve(a).refused(wsman.CodeInternalError, "certmapping.toml:1", "mend")
	}
}
