package configresource

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
)

// put sends an element.
func (w *world) put(part, body string) *reply {
	w.t.Helper()
	return w.serve(ask{action: wsman.ActionPut, resource: wsman.ResourceConfig + part, body: body})
}

// edited is what a part's Get gave, as text, with the values of some elements
// changed: how winrm set and Set-Item do it.
func (w *world) edited(part string, change map[string]string) string {
	w.t.Helper()
	e := w.serve(ask{action: wsman.ActionGet, resource: wsman.ResourceConfig + part, who: ann}).first().Copy()
	for path, text := range change {
		found := e.FindElement("./" + path)
		require.NotNil(w.t, found, path)
		found.SetText(text)
	}
	return string(wsman.ElementBody(e).AppendXML(nil))
}

// TestPutEdited: what Get gave goes back with one value changed, and only that
// changes.
func TestPutEdited(t *testing.T) {
	for _, test := range []struct{ part, path, value, key string }{
		{"", "MaxEnvelopeSizekb", "1024", "Service.MaxEnvelopeSizekb"},
		{"", "MaxTimeoutms", "500", "Service.MaxTimeoutms"},
		{"", "MaxBatchItems", "10", "Service.MaxBatchItems"},
		{"", "Winrs/MaxShellsPerUser", "3", "Winrs.MaxShellsPerUser"},
		{"/client", "NetworkDelayms", "6000", "Client.NetworkDelayms"},
		{"/client", "TrustedHosts", "a.example, *.b.example", "Client.TrustedHosts"},
		{"/client/auth", "Digest", "False", "Client.Auth.Digest"},
		{"/service", "MaxConcurrentOperationsPerUser", "2", "Service.MaxConcurrentOperationsPerUser"},
		{"/service", "EnumerationTimeoutms", "60000", "Service.EnumerationTimeoutms"},
		{"/service", "MaxConnections", "30", "Service.MaxConnections"},
		{"/service", "MaxPacketRetrievalTimeSeconds", "30", "Service.MaxPacketRetrievalTimeSeconds"},
		{"/service", "AllowUnencrypted", "TRUE", "AllowUnencrypted"},
		{"/service", "Auth/CredSSP", "true", "Auth.CredSSP"},
		{"/service", "IPv4Filter", "192.0.2.1-192.0.2.9", "Service.IPv4Filter"},
		{"/service", "IPv6Filter", "", "Service.IPv6Filter"},
		{"/service/auth", "Basic", "false", "Auth.Basic"},
		{"/service/auth", "Certificate", "true", "Auth.Certificate"},
		{"/service/auth", "CbtHardeningLevel", "strict", "Auth.CbtHardeningLevel"},
		{"/winrs", "AllowRemoteShellAccess", "false", "Winrs.AllowRemoteShellAccess"},
		{"/winrs", "IdleTimeout", "60000", "Winrs.IdleTimeout"},
		{"/winrs", "MaxConcurrentUsers", "5", "Winrs.MaxConcurrentUsers"},
		{"/winrs", "MaxProcessesPerShell", "15", "Winrs.MaxProcessesPerShell"},
		{"/winrs", "MaxMemoryPerShellMB", "1024", "Winrs.MaxMemoryPerShellMB"},
		{"/winrs", "MaxShellsPerUser", "25", "Winrs.MaxShellsPerUser"},
	} {
		t.Run(test.part+" "+test.path, func(t *testing.T) {
			w := newWorld(t)
			before := w.settings.Service()
			r := w.put(test.part, w.edited(test.part, map[string]string{test.path: test.value}))
			shown := r.first().FindElement("./" + test.path).Text()
			assert.True(t, strings.EqualFold(test.value, shown), "the answer has the new value: %q", shown)

			after := w.settings.Service()
			old := values(&before)
			for _, v := range after.Values() {
				if v.Key() == test.key {
					assert.Equal(t, shown, valueText(v.Value))
					assert.NotEqual(t, valueText(old[test.key].Value), shown, "the test changes nothing")
					continue
				}
				assert.Equal(t, old[v.Key()].Value, v.Value, v.Key())
			}
			assert.Contains(t, w.log.String(), "setting="+test.key)
			assert.Contains(t, w.log.String(), "user=root")
			assert.Equal(t, 1, strings.Count(w.log.String(), "setting changed"))
			assert.Equal(t, outline(r.first(), ""), outline(w.serve(ask{action: wsman.ActionGet, resource: wsman.ResourceConfig + test.part}).first(), ""))
		})
	}
}

// TestPutParts: each part takes what it gives, whole and unchanged, also where a
// client writes it in another case and with another prefix.
func TestPutParts(t *testing.T) {
	w := newWorld(t)
	for part := range parts {
		same := w.edited(part, nil)
		first := w.put(part, same).first()
		assert.Equal(t, wsman.ResourceConfig+part, first.NamespaceURI())
		w.put(part, strings.ReplaceAll(strings.ReplaceAll(same, "cfg:", "p:"), "xmlns:cfg", "xmlns:p")).first()
		w.put(part, strings.Replace(same, wsman.ResourceConfig+part+`"`, wsman.ResourceConfig+part+`.xsd"`, 1)).first()
		w.put(strings.ToUpper(part), same).first()
		w.put(part, cfg(elementName(parts[part]), part, "")).first()
	}
	w.put("/winrs", cfg("winrs", "/winrs", "<cfg:maxshellsperuser> 9 </cfg:maxshellsperuser>")).first()
	assert.Equal(t, 9, w.settings.Service().Winrs.MaxShellsPerUser)
	assert.Equal(t, 1, strings.Count(w.log.String(), "setting changed"), "the others were no change")
}

// TestPutRefused: each mistake has a fault of its own, and nothing changes.
func TestPutRefused(t *testing.T) {
	long := strings.Repeat("9", 3000)
	for name, test := range map[string]struct {
		part, body string
		code       wsman.FaultCode
		parts      []string
	}{
		"too small":     {"", cfg("Config", "", "<cfg:MaxEnvelopeSizekb>31</cfg:MaxEnvelopeSizekb>"), wsman.CodeInvalidValues, []string{"MaxEnvelopeSizekb", "31", "32 to 4194303"}},
		"too large":     {"/winrs", cfg("Winrs", "/winrs", "<cfg:MaxShellsPerUser>2147483648</cfg:MaxShellsPerUser>"), wsman.CodeInvalidValues, []string{"Winrs/MaxShellsPerUser", "1 to 2147483647"}},
		"zero":          {"/winrs", cfg("Winrs", "/winrs", "<cfg:MaxConcurrentUsers>0</cfg:MaxConcurrentUsers>"), wsman.CodeInvalidValues, []string{"Winrs/MaxConcurrentUsers"}},
		"idle":          {"/winrs", cfg("Winrs", "/winrs", "<cfg:IdleTimeout>59999</cfg:IdleTimeout>"), wsman.CodeInvalidValues, []string{"Winrs/IdleTimeout", "60000 to"}},
		"no number":     {"", cfg("Config", "", "<cfg:MaxTimeoutms>long</cfg:MaxTimeoutms>"), wsman.CodeInvalidValues, []string{"MaxTimeoutms", "500 to", `"long"`, "(ms)"}},
		"huge":          {"", cfg("Config", "", "<cfg:MaxTimeoutms>"+long+"</cfg:MaxTimeoutms>"), wsman.CodeInvalidValues, []string{"MaxTimeoutms", "500 to"}},
		"empty":         {"", cfg("Config", "", "<cfg:MaxTimeoutms/>"), wsman.CodeInvalidValues, []string{"MaxTimeoutms"}},
		"no boolean":    {"/service/auth", cfg("Auth", "/service/auth", "<cfg:Basic>yes</cfg:Basic>"), wsman.CodeInvalidValues, []string{"Service/Auth/Basic", "true or false"}},
		"no choice":     {"/service/auth", cfg("Auth", "/service/auth", "<cfg:CbtHardeningLevel>Hard</cfg:CbtHardeningLevel>"), wsman.CodeInvalidValues, []string{"Service/Auth/CbtHardeningLevel", "Relaxed, Strict, None"}},
		"filter":        {"/service", cfg("Service", "/service", "<cfg:IPv4Filter>192.0.2.9-192.0.2.1</cfg:IPv4Filter>"), wsman.CodeInvalidIPFilter, []string{"Service/IPv4Filter", "192.0.2.9-192.0.2.1"}},
		"filter, kind":  {"/service", cfg("Service", "/service", "<cfg:IPv6Filter>192.0.2.1-192.0.2.2</cfg:IPv6Filter>"), wsman.CodeInvalidIPFilter, []string{"Service/IPv6Filter"}},
		"read-only":     {"/service", cfg("Service", "/service", "<cfg:RootSDDL>O:BAG:BAD:</cfg:RootSDDL>"), wsman.CodeConfigReadOnly, []string{"Service/RootSDDL", "read-only", "O:BAG:BAD:"}},
		"ports":         {"/client/defaultports", cfg("DefaultPorts", "/client/defaultports", "<cfg:HTTP>80</cfg:HTTP>"), wsman.CodeConfigReadOnly, []string{"Client/DefaultPorts/HTTP", "5985"}},
		"compatibility": {"/service", cfg("Service", "/service", "<cfg:EnableCompatibilityHttpListener>true</cfg:EnableCompatibilityHttpListener>"), wsman.CodeConfigReadOnly, []string{"EnableCompatibilityHttpListener"}},
		"thumbprint":    {"/service", cfg("Service", "/service", "<cfg:CertificateThumbprint>AB</cfg:CertificateThumbprint>"), wsman.CodeConfigReadOnly, []string{"Service/CertificateThumbprint"}},
		"no body":       {"/winrs", "", wsman.CodeMissingValues, []string{"Winrs", wsman.ResourceConfigWinRS}},
		"root":          {"/winrs", cfg("Service", "/winrs", ""), wsman.CodeSchemaValidation, []string{"Service", "must be Winrs"}},
		"namespace":     {"/winrs", cfg("Winrs", "", ""), wsman.CodeInvalidNamespace, []string{wsman.ResourceConfigWinRS}},
		"no namespace":  {"/winrs", "<Winrs/>", wsman.CodeInvalidNamespace, nil},
		"inner":         {"/winrs", cfg("Winrs", "/winrs", `<MaxShellsPerUser>1</MaxShellsPerUser>`), wsman.CodeInvalidNamespace, []string{"MaxShellsPerUser"}},
		"unknown":       {"/winrs", cfg("Winrs", "/winrs", "<cfg:MaxShells>1</cfg:MaxShells>"), wsman.CodeSchemaValidation, []string{"Winrs/MaxShells"}},
		"twice":         {"/winrs", cfg("Winrs", "/winrs", "<cfg:IdleTimeout>70000</cfg:IdleTimeout><cfg:idletimeout>70001</cfg:idletimeout>"), wsman.CodeSchemaValidation, []string{"Winrs/IdleTimeout", "twice"}},
		"elements":      {"/winrs", cfg("Winrs", "/winrs", "<cfg:IdleTimeout><cfg:x/></cfg:IdleTimeout>"), wsman.CodeSchemaValidation, []string{"Winrs/IdleTimeout"}},
		"elsewhere":     {"/winrs", cfg("Winrs", "/winrs", "<cfg:Auth><cfg:Basic>true</cfg:Basic></cfg:Auth>"), wsman.CodeSchemaValidation, []string{"Winrs/Auth"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			before, err := os.ReadFile(filepath.Join(w.directory, "winrmd.toml"))
			require.NoError(t, err)
			w.put(test.part, test.body).refused(test.code, test.parts...)
			after, err := os.ReadFile(filepath.Join(w.directory, "winrmd.toml"))
			require.NoError(t, err)
			assert.Equal(t, string(before), string(after))
			assert.Empty(t, w.log.String())
		})
	}
}

// TestAllOrNothing: a Put with one wrong value changes nothing.
func TestAllOrNothing(t *testing.T) {
	w := newWorld(t)
	w.put("/winrs", cfg("Winrs", "/winrs", "<cfg:MaxConcurrentUsers>5</cfg:MaxConcurrentUsers><cfg:MaxShellsPerUser>0</cfg:MaxShellsPerUser>")).refused(wsman.CodeInvalidValues)
	assert.Equal(t, configuration.Unlimited, w.settings.Service().Winrs.MaxConcurrentUsers)
}

// TestOnlyAdministratorsChange: others get access denied before anything else is
// looked at, and may read.
func TestOnlyAdministratorsChange(t *testing.T) {
	w := newWorld(t)
	for part := range parts {
		w.serve(ask{action: wsman.ActionPut, resource: wsman.ResourceConfig + part, body: "<x/>", who: ann}).refused(wsman.CodeAccessDenied)
		w.serve(ask{action: wsman.ActionGet, resource: wsman.ResourceConfig + part, who: ann}).first()
	}
	for _, action := range []string{wsman.ActionPut, wsman.ActionCreate, wsman.ActionDelete} {
		w.serve(ask{action: action, resource: wsman.ResourceConfigListener, who: ann}).refused(wsman.CodeAccessDenied)
	}
}

// TestBrokenFile: what somebody else has broken is his to mend.
func TestBrokenFile(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(w.directory, "winrmd.toml")
	require.NoError(t, os.WriteFile(path, []byte("[Winrs]\nMaxShells = 3\n"), 0o600))
	r := w.put("/winrs", cfg("Winrs", "/winrs", "<cfg:MaxShellsPerUser>2</cfg:MaxShellsPerUser>"))
	r.refused(wsman.CodeInternalError, "winrmd.toml:2", "mend")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "[Winrs]\nMaxShells = 3\n", string(content))
}

// TestElements: every setting that has an element is there, under a key that
// exists, once.
func TestElements(t *testing.T) {
	service := configuration.Service{}
	all := values(&service)
	seen := map[string]bool{}
	for _, e := range elements {
		assert.False(t, seen[e.path], e.path)
		seen[e.path] = true
		if e.key != "" {
			assert.Contains(t, all, e.key, e.path)
			assert.Empty(t, e.fixed, e.path)
			assert.False(t, seen[e.key], e.key)
			seen[e.key] = true
		}
	}
	root := partElement("", service)
	assert.Equal(t, len(elements), countLeaves(root))
}

func countLeaves(e *etree.Element) int {
	if len(e.ChildElements()) == 0 {
		return 1
	}
	n := 0
	for _, c := range e.ChildElements() {
		n += countLeaves(c)
	}
	return n
}
