package configresource

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
)

// TestPluginFaults: each wrong request has the fault that belongs to it, and
// changes nothing.
func TestPluginFaults(t *testing.T) {
	w := newPluginWorld(t)
	before := w.register("Test", nil)
	good := xmlOf(t, "Test", nil)
	with := func(old, new string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	for name, test := range map[string]struct {
		action, plugin, body string
		code                 wsman.FaultCode
		says                 []string
	}{
		"get without selector":       {wsman.ActionGet, "", "", wsman.CodeInsufficientSelectors, []string{"Name"}},
		"get with an empty selector": {wsman.ActionGet, " ", "", wsman.CodeInsufficientSelectors, []string{"Name"}},
		"put without selector":       {wsman.ActionPut, "", good, wsman.CodeInsufficientSelectors, []string{"Name"}},
		"create without selector":    {wsman.ActionCreate, "", good, wsman.CodeInsufficientSelectors, []string{"Name"}},
		"delete without selector":    {wsman.ActionDelete, "", "", wsman.CodeInsufficientSelectors, []string{"Name"}},
		"get of an unknown one":      {wsman.ActionGet, "Other", "", wsman.CodeResourceNotFound, []string{"Name=Other"}},
		"put of an unknown one":      {wsman.ActionPut, "Other", xmlOf(t, "Other", nil), wsman.CodeResourceNotFound, []string{"Name=Other"}},
		"delete of an unknown one":   {wsman.ActionDelete, "Other", "", wsman.CodeResourceNotFound, []string{"Name=Other"}},
		"create of a known one":      {wsman.ActionCreate, "Test", good, wsman.CodeAlreadyExists, []string{"Name=Test"}},
		"create with another name":   {wsman.ActionCreate, "Other", good, wsman.CodeSelectorsInputDiffer, []string{"Name=Other", "Name=Test"}},
		"put with another name":      {wsman.ActionPut, "Test", xmlOf(t, "Other", nil), wsman.CodeSelectorsInputDiffer, []string{"renamed"}},
		"an impossible name":         {wsman.ActionCreate, "a/b", strings.ReplaceAll(good, "Test", "a/b"), wsman.CodeInvalidValues, []string{"Name: ", "'/'"}},
		"create without a body":      {wsman.ActionCreate, "Other", "", wsman.CodeSchemaValidation, []string{"PlugInConfiguration"}},
		"no body":                    {wsman.ActionPut, "Test", "", wsman.CodeSchemaValidation, []string{"PlugInConfiguration"}},
		"what winrm makes of @{}":    {wsman.ActionCreate, "X", `<p:plugin xmlns:p="` + wsman.ResourceConfigPlugin + `.xsd"><p:Enabled>true</p:Enabled></p:plugin>`, wsman.CodeSchemaValidation, []string{"PlugInConfiguration"}},
		"another namespace":          {wsman.ActionPut, "Test", `<PlugInConfiguration Name="Test"/>`, wsman.CodeInvalidNamespace, []string{wsman.NamespacePluginConfig}},
		"an unknown element":         {wsman.ActionPut, "Test", with("<Quotas", "<Other/><Quotas"), wsman.CodeSchemaValidation, []string{"Other"}},
		"no resource":                {wsman.ActionPut, "Test", `<PlugInConfiguration Name="Test" xmlns="` + wsman.NamespacePluginConfig + `"/>`, wsman.CodeMissingValues, []string{"Resources"}},
		"no name":                    {wsman.ActionPut, "Test", with(` Name="Test"`, ""), wsman.CodeMissingValues, []string{"Name"}},
		"out of range":               {wsman.ActionPut, "Test", with(` IdleTimeoutms="7200000"`, ` IdleTimeoutms="59999"`), wsman.CodeInvalidValues, []string{"IdleTimeoutms: 59999", "60000 to 2147483647"}},
		"out of range at create":     {wsman.ActionCreate, "Other", strings.ReplaceAll(with(`MaxShells="2147483647"`, `MaxShells="0"`), "Test", "Other"), wsman.CodeInvalidValues, []string{"MaxShells: 0", "1 to 2147483647"}},
		"no number":                  {wsman.ActionPut, "Test", with(`MaxShells="2147483647"`, `MaxShells="many"`), wsman.CodeInvalidValues, []string{"MaxShells", `"many"`, "1 to 2147483647"}},
		"an impossible pair":         {wsman.ActionPut, "Test", with(` MaxIdleTimeoutms="2147483647"`, ` MaxIdleTimeoutms="60000"`), wsman.CodeInvalidValues, []string{"IdleTimeoutms: 7200000", "60000"}},
		"no such mode":               {wsman.ActionPut, "Test", with(`Mode="Block"`, `Mode="Wait"`), wsman.CodeInvalidValues, []string{"OutputBufferingMode", "Block, Drop"}},
		"no descriptor":              {wsman.ActionPut, "Test", with(`Sddl="O:`, `Sddl="X:`), wsman.CodeInvalidValues, []string{"Sddl", "SDDL"}},
		"no session data":            {wsman.ActionPut, "Test", with("<InitializationParameters>", `<InitializationParameters><Param Name="sessionconfigurationdata" Value="x"/>`), wsman.CodeInvalidValues, []string{"sessionconfigurationdata"}},
		"several wrong things":       {wsman.ActionPut, "Test", strings.Replace(with(`Enabled="true"`, `Enabled="x"`), `MaxShells="2147483647"`, `MaxShells="x"`, 1), wsman.CodeInvalidValues, []string{"Enabled: ", "; MaxShells: "}},
		"no enumeration":             {wsman.ActionEnumerate, "", "<n:Pull/>", wsman.CodeSchemaValidation, nil},
		"another dialect":            {wsman.ActionEnumerate, "", `<n:Enumerate><w:Filter Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">x</w:Filter></n:Enumerate>`, wsman.CodeFilterDialectUnavailable, nil},
		"another action":             {wsman.ActionCommand, "Test", "", wsman.CodeActionNotSupported, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.ask(test.action, test.plugin, test.body)
			r.t = t
			r.refused(test.code, test.says...)
			assert.Equal(t, before, w.session("Test"))
			assert.Len(t, w.store.Sessions(), 3)
		})
	}
}

func TestPluginUnknownSelector(t *testing.T) {
	w := newPluginWorld(t)
	raw := strings.Replace(string(pluginEnvelope(wsman.ActionGet, "Microsoft.PowerShell", "")), "</w:SelectorSet>", `<w:Selector Name="URI">x</w:Selector></w:SelectorSet>`, 1)
	w.serve([]byte(raw), root).refused(wsman.CodeUnexpectedSelectors, "URI", "Name")
}

// TestPluginLongErrors: a message does not grow with the request.
func TestPluginLongErrors(t *testing.T) {
	w := newPluginWorld(t)
	var wrong strings.Builder
	for range 1000 {
		wrong.WriteString("<Other/>")
	}
	body := strings.Replace(xmlOf(t, "X", nil), "<Quotas", wrong.String()+"<Quotas", 1)
	r := w.ask(wsman.ActionCreate, "X", body)
	r.refused(wsman.CodeSchemaValidation)
	assert.Less(t, len(r.fault.Message()), 1200)
}

// TestPluginOfABrokenFile: what somebody wrote and is broken is not written
// over.
func TestPluginOfABrokenFile(t *testing.T) {
	w := newPluginWorld(t)
	w.register("Test", nil)
	path := filepath.Join(w.directory, "configurations", "Test.toml")
	const broken = "IdleTimeoutMs = 1\n"
	require.NoError(t, os.WriteFile(path, []byte(broken), 0o600))
	w.ask(wsman.ActionPut, "Test", xmlOf(t, "Test", nil)).refused(wsman.CodeInternalError, "mends", "IdleTimeoutMs")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, broken, string(content))
	assert.NotNil(t, w.ask(wsman.ActionGet, "Test", "").first(), "the last good one")
}

// TestPluginThatIsNoXML: a setting with a character that XML cannot have.
func TestPluginThatIsNoXML(t *testing.T) {
	w := newPluginWorld(t)
	w.register("Test", func(s *configuration.Session) { s.EnginePath = "/a\x01" })
	w.ask(wsman.ActionGet, "Test", "").refused(wsman.CodeInternalError, "Test", "winrmd.EnginePath")
	w.ask(wsman.ActionEnumerate, "", "<n:Enumerate/>").refused(wsman.CodeInternalError, "Test")
}

// FuzzPluginPut: whatever is put, it is answered, and the configuration stays
// one that is good.
func FuzzPluginPut(f *testing.F) {
	f.Add(`<PlugInConfiguration Name="Microsoft.PowerShell" xmlns="` + wsman.NamespacePluginConfig + `"><Resources><Resource ResourceUri="http://schemas.microsoft.com/powershell/Microsoft.PowerShell"><Capability Type="Shell"/></Resource></Resources></PlugInConfiguration>`)
	f.Add(`<x/>`)
	f.Fuzz(func(t *testing.T, body string) {
		raw := pluginEnvelope(wsman.ActionPut, "Microsoft.PowerShell", body)
		if _, err := wsman.ParseRequest(raw, wsman.Limits{}); err != nil {
			return
		}
		w := newPluginWorld(t)
		w.serve(raw, root)
		s := w.session("Microsoft.PowerShell")
		require.NoError(t, s.Check())
	})
}
