package pluginxml

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
)

// generator makes session configurations.
type generator struct{ *rand.Rand }

func (g generator) oneOf(values ...string) string { return values[g.IntN(len(values))] }

// word is a text that nobody would choose, and that is possible.
func (g generator) word() string {
	const letters = "aZ09 ,;<>&'\"[]{}()=:\\/%äß\u2028\U0001F600\t\n\r-_.#"
	runes := []rune(letters)
	var b strings.Builder
	for range 1 + g.IntN(8) {
		b.WriteRune(runes[g.IntN(len(runes))])
	}
	return b.String()
}

func (g generator) list(entry func() string) []string {
	list := []string{}
	for range g.IntN(4) {
		list = append(list, entry())
	}
	return list
}

func (g generator) table(key, value func() string) map[string]string {
	table := map[string]string{}
	for range g.IntN(6) {
		table[key()] = value()
	}
	return table
}

// texts are possible values of texts and lists, by setting.
func (g generator) texts() map[string]func() string {
	notBlank := func() string { return "x" + g.word() + "x" }
	return map[string]func() string{
		"EnginePath":               func() string { return g.oneOf("", "pwsh", "/opt/a b/pwsh&co") },
		"PSVersion":                func() string { return g.oneOf("", "2.0", "5.1", "7.4") },
		"SessionConfigurationFile": func() string { return g.oneOf("", "", "", "/srv/jea & co.pssc") },
		"StartupScript":            func() string { return g.oneOf("", "", `/srv/"x".ps1`) },
		"RunAsUser":                func() string { return g.oneOf("", "", "ann", `CORP\john doe`, "ann@corp.example") },
		"Permission": func() string {
			return g.oneOf("Administrators", "Remote Management Users", "administrators", "ops", notBlank())
		},
		"EngineArguments": func() string { return g.oneOf("", "-NoLogo", g.word()) },
		"ModulesToImport": func() string { return g.oneOf("Pester", "a b", "@{ModuleName='a'}", notBlank()) },
	}
}

// keptKeys are keys of Windows that have a place, have one of a setting's, or
// have none.
func (g generator) keptKey() string {
	return g.oneOf("Filename", "SDKVersion", "XmlRenderingType", "Architecture", "RunAsUser", "AutoRestart", "xml:lang",
		"RunAsVirtualAccount", "RunAsVirtualAccountGroups", "filename", "Enabled", "Name", "xmlns", "Future", "future",
		"Quotas.MaxConcurrentOperations", "Quotas.MaxShells", "Quotas.", "Resource.ExactMatch", "Resource.SupportsOptions",
		"Security.Sddl", "Security.Uri", "Security.Other", "Capability.SupportsFiltering", "Capability.Type",
		"InitializationParameters.assemblyname", "InitializationParameters.AssemblyName", "InitializationParameters.PSVersion",
		"InitializationParameters.sessionconfigurationdata", "InitializationParameters.winrmd.Windows", "InitializationParameters.x y",
		"", "a.b", g.word())
}

func (g generator) keptValue() string {
	return g.oneOf("", "1", "2", "true", "True", "false", "text", "XMLReader", "32", "en-US", "de-DE", `%windir%\x.dll`,
		writeSddl([]string{"Administrators"}), writeSddl(nil), "O:NSG:BAD:P(D;;GA;;;NU)(A;;GA;;;BA)", "D:(A;;GA;;;BA)(A;;GA;;;S-1-5-21-1-2-3-1000)", "D:(",
		`<SessionConfigurationData><Param Name="PrivateData"><a>b</a></Param></SessionConfigurationData>`, "<a/>", g.word())
}

// session is one that Check takes.
func (g generator) session(t testing.TB) configuration.Session {
	for {
		s := configuration.NewSession(g.oneOf("Test", "Microsoft.PowerShell", "ä b", "a&b'c", "x;y"))
		for _, one := range configuration.SessionSettings() {
			require.NoError(t, s.Set(one.Key(), g.value(t, one)))
		}
		if s.Check() == nil {
			return s
		}
	}
}

func (g generator) value(t testing.TB, one configuration.Setting) any {
	text := g.texts()[one.Name]
	switch one.Type {
	case "boolean":
		return g.IntN(2) == 0
	case "number":
		return one.Min + g.IntN(one.Max-one.Min+1)
	case "text":
		if one.Values != nil {
			return g.oneOf(one.Values...)
		}
		return text()
	case "list of texts":
		return g.list(text)
	case "table of texts":
		if one.Name == "Windows" {
			return g.table(g.keptKey, g.keptValue)
		}
		return g.table(func() string { return "V" + strings.ReplaceAll(g.word(), "=", "") }, g.word)
	}
	require.FailNow(t, "a type of setting that is new", one.Type)
	return nil
}

// TestRoundTrip: what is exported is imported as the same configuration, with
// every setting that there is, and whatever is kept.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(3000) {
		g := generator{rand.New(rand.NewPCG(seed, 7))}
		s := g.session(t)
		xml, err := Export(s)
		require.NoError(t, err, "seed %d", seed)
		got, _, err := Import(xml)
		require.NoError(t, err, "seed %d: %+v\n%s", seed, s, xml)
		require.Equal(t, s, got, "seed %d:\n%s", seed, xml)
		again, err := Export(got)
		require.NoError(t, err)
		require.Equal(t, string(xml), string(again), "seed %d", seed)
	}
}

// TestElementRoundTrip: the same without a text between.
func TestElementRoundTrip(t *testing.T) {
	for seed := range uint64(500) {
		g := generator{rand.New(rand.NewPCG(seed, 11))}
		s := g.session(t)
		e, err := ExportElement(s)
		require.NoError(t, err)
		got, _, err := ImportElement(e)
		require.NoError(t, err, "seed %d", seed)
		require.Equal(t, s, got, "seed %d", seed)
	}
}

// TestEverySettingHasAPlace: a setting that is changed alone changes the XML.
func TestEverySettingHasAPlace(t *testing.T) {
	plain, err := Export(configuration.NewSession("Test"))
	require.NoError(t, err)
	changed := map[string]any{
		"Enabled": false, "Plugin": "winrs", "Permission": []string{"ops"}, "RunAsUser": "ann", "IdleTimeoutMs": 60001, "MaxIdleTimeoutMs": 7200001,
		"OutputBufferingMode": "Drop", "EnginePath": "pwsh-preview", "EngineArguments": []string{"-NoLogo"}, "PSVersion": "7.4",
		"SessionConfigurationFile": "/a.pssc", "StartupScript": "/a.ps1", "ModulesToImport": []string{"a"},
		"MaxShells": 1, "MaxShellsPerUser": 2, "MaxConcurrentUsers": 3, "MaxConcurrentCommandsPerShell": 4, "MaxProcessesPerShell": 5,
		"MaxMemoryPerShellMB": 6, "ProcessorWeight": 10, "MaxOpenFilesPerShell": 100, "MaximumReceivedObjectSizeMB": 7, "MaximumReceivedDataSizePerCommandMB": 8,
		"UseSharedProcess": true, "ProcessIdleTimeoutSec": 9, "Environment": map[string]string{"A": "b"}, "Windows": map[string]string{"a": "b"},
	}
	for _, one := range configuration.SessionSettings() {
		value, ok := changed[one.Key()]
		require.True(t, ok, "setting %s is new: give it a value here", one.Key())
		s := configuration.NewSession("Test")
		require.NoError(t, s.Set(one.Key(), value))
		xml, err := Export(s)
		require.NoError(t, err)
		assert.NotEqual(t, string(plain), string(xml), one.Key())
		got, _, err := Import(xml)
		require.NoError(t, err, one.Key())
		assert.Equal(t, s, got, one.Key())
	}
}

func TestExportRefusesWhatXMLCannotHave(t *testing.T) {
	for name, edit := range map[string]func(*configuration.Session){
		"startupscript":      func(s *configuration.Session) { s.StartupScript = "/a\x01.ps1" },
		"winrmd.Environment": func(s *configuration.Session) { s.Environment["A"] = "\xff" },
		"winrmd.EnginePath":  func(s *configuration.Session) { s.EnginePath = "/\uFFFE" },
		"RunAsUser":          func(s *configuration.Session) { s.RunAsUser = "a\x00" },
		"winrmd.Permission":  func(s *configuration.Session) { s.Permission = []string{"a,\xff"} },
	} {
		s := configuration.NewSession("Test")
		edit(&s)
		_, err := Export(s)
		var e *Error
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, name, e.Where, err.Error())
	}
}
