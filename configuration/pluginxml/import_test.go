package pluginxml

import (
	"encoding/binary"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
)

// update writes the golden files anew.
var update = flag.Bool("update", false, "write testdata/*.golden.xml anew")

// sample is a file of testdata.
func sample(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(text)
}

// imported imports what must be good, and returns the places of the notes.
func imported(t *testing.T, text string) (configuration.Session, []string) {
	t.Helper()
	s, notes, err := Import([]byte(text))
	require.NoError(t, err)
	var where []string
	for _, n := range notes {
		assert.NotEmpty(t, n.Text)
		where = append(where, n.Where)
	}
	return s, where
}

// TestExampleOfMSWSMV is the one that MS-WSMV 3.1.4.1.34.3.4 prints.
func TestExampleOfMSWSMV(t *testing.T) {
	s, notes := imported(t, sample(t, "mswsmv.xml"))
	want := configuration.NewSession("microsoft.powershell")
	want.Permission = []string{"Administrators"} // no Sddl: RootSDDL counts
	want.IdleTimeoutMs, want.MaxIdleTimeoutMs = 180000, 180000
	want.MaxMemoryPerShellMB, want.MaxConcurrentUsers, want.MaxProcessesPerShell = 1024, 5, 15
	want.MaxConcurrentCommandsPerShell, want.MaxShells, want.MaxShellsPerUser = 1000, 25, 25
	assert.Equal(t, want, s)
	assert.Equal(t, []string{"Sddl"}, notes)
}

// TestRegistered is what Register-PSSessionConfiguration writes with everything
// that it can be given (PowerShell, CustomShellCommands.cs, pluginXmlFormat).
func TestRegistered(t *testing.T) {
	s, notes := imported(t, sample(t, "registered.xml"))
	want := configuration.NewSession("Test")
	want.Permission = []string{"Administrators", "Remote Management Users"}
	want.Enabled, want.UseSharedProcess, want.ProcessIdleTimeoutSec = true, true, 28800
	want.IdleTimeoutMs, want.MaxIdleTimeoutMs, want.OutputBufferingMode = 172800000, 259200000, "Drop"
	want.MaxConcurrentUsers = 100
	want.StartupScript = `C:\scripts\start.ps1`
	want.ModulesToImport = []string{"Pester", "@{ModuleName='A';ModuleVersion='1.0'}"}
	want.MaximumReceivedDataSizePerCommandMB, want.MaximumReceivedObjectSizeMB = 60, 20
	want.PSVersion = "5.1"
	want.Windows = map[string]string{
		"Architecture": "64", "RunAsVirtualAccount": "True", "RunAsVirtualAccountGroups": "Remote Desktop Users;Event Log Readers",
		"InitializationParameters.applicationbase":                `C:\Program Files\x`,
		"InitializationParameters.assemblyname":                   "x.dll",
		"InitializationParameters.pssessionconfigurationtypename": "X.Y",
		"InitializationParameters.pssessionthreadapartmentstate":  "STA",
		"InitializationParameters.pssessionthreadoptions":         "ReuseThread",
		"InitializationParameters.sessionconfigurationdata":       `<SessionConfigurationData><Param Name="PrivateData"><PrivateData><Param Name="A" Value="b"/></PrivateData></Param></SessionConfigurationData>`,
		"Security.Sddl": "O:NSG:BAD:P(A;;GA;;;BA)(A;;GA;;;RM)(A;;GA;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)",
	}
	assert.Equal(t, want, s)
	for _, where := range []string{"Architecture", "RunAsVirtualAccount", "assemblyname", "UseSharedProcess", "Sddl", "startupscript", paramSessionData} {
		assert.Contains(t, notes, where)
	}
	xml, err := Export(s)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(filepath.Join("testdata", "registered.golden.xml"), xml, 0o644))
	}
	assert.Equal(t, sample(t, "registered.golden.xml"), string(xml))
}

// TestFromTheWire: names of elements' prefixes, attributes in other letters and
// escaped session data, as the drive WSMan: and other clients send them.
func TestFromTheWire(t *testing.T) {
	s, _ := imported(t, `<?xml version="1.0" encoding="utf-8"?><!-- x --><p:PlugInConfiguration xmlns:p="`+Namespace+`" name="Test" ENABLED="False" outputbufferingmode="drop" autorestart="FALSE">
		<p:InitializationParameters><p:Param Value="&amp;lt;SessionConfigurationData&amp;gt;&amp;lt;Param Name='modulestoimport' Value='a, b'/&amp;gt;&amp;lt;/SessionConfigurationData&amp;gt;" name="SessionConfigurationData"/></p:InitializationParameters>
		<p:Resources><p:Resource ResourceUri="http://schemas.microsoft.com/POWERSHELL/test"><p:Security Sddl="D:(A;;0x10000000;;;S-1-5-11)"/><p:Capability Type="shell"/></p:Resource></p:Resources>
		<p:Quotas maxshells="" MAXSHELLSPERUSER="3"/></p:PlugInConfiguration><!-- y -->`)
	want := configuration.NewSession("Test")
	want.Enabled, want.OutputBufferingMode, want.ModulesToImport, want.MaxShellsPerUser = false, "Drop", []string{"a", "b"}, 3
	want.Windows[keptSddl] = "D:(A;;0x10000000;;;S-1-5-11)"
	assert.Equal(t, want, s)
}

func TestUTF16(t *testing.T) {
	text := strings.Replace(sample(t, "mswsmv.xml"), "<PlugIn", `<?xml version="1.0" encoding="UTF-16"?><PlugIn`, 1)
	want, _ := imported(t, sample(t, "mswsmv.xml"))
	for mark, order := range map[string]binary.AppendByteOrder{"\xFF\xFE": binary.LittleEndian, "\xFE\xFF": binary.BigEndian} {
		encoded := []byte(mark)
		for _, unit := range utf16.Encode([]rune(text)) {
			encoded = order.AppendUint16(encoded, unit)
		}
		got, _, err := Import(encoded)
		require.NoError(t, err)
		assert.Equal(t, want, got)
		_, _, err = Import(encoded[:len(encoded)-1])
		require.ErrorIs(t, err, ErrMalformed)
	}
	got, _ := imported(t, "\xEF\xBB\xBF"+sample(t, "mswsmv.xml"))
	assert.Equal(t, want, got)
}

// TestCommandShell: its resource URI says what it is.
func TestCommandShell(t *testing.T) {
	s := configuration.NewSession("cmd")
	s.Plugin = configuration.PluginWinrs
	xml, err := Export(s)
	require.NoError(t, err)
	assert.Contains(t, string(xml), `ResourceUri="http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"`)
	assert.Contains(t, string(xml), `Filename="%systemroot%\system32\winrscmd.dll"`)
	got, _ := imported(t, string(xml))
	assert.Equal(t, s, got)
}

// TestPasswordIsNeverKept nor given out.
func TestPasswordIsNeverKept(t *testing.T) {
	s, notes := imported(t, strings.Replace(sample(t, "mswsmv.xml"), `RunAsUser="" RunAsPassword=""`, `RunAsUser="bob" RunAsPassword="secret"`, 1))
	assert.Empty(t, s.Windows)
	assert.Equal(t, "bob", s.RunAsUser)
	assert.Contains(t, notes, "RunAsUser")
	assert.Contains(t, notes, "RunAsPassword")
	for _, key := range []string{"RunAsPassword", "runaspassword"} {
		s.Windows[key] = "secret"
	}
	xml, err := Export(s)
	require.NoError(t, err)
	assert.NotContains(t, string(xml), "secret")
	assert.Contains(t, string(xml), `RunAsUser="bob" RunAsPassword=""`)
	got, _ := imported(t, strings.Replace(string(xml), `Name="winrmd.`, `Name="x.`, 1))
	assert.NotContains(t, got.Windows, "RunAsPassword")
	got, _ = imported(t, strings.Replace(string(xml), "<InitializationParameters>", `<InitializationParameters><Param Name="winrmd.Windows" Value="{&quot;RunAsPASSWORD&quot;:&quot;secret&quot;}"/>`, 1))
	assert.Empty(t, got.Windows)
}

// TestWrong: what is wrong is told by the name that the XML has.
func TestWrong(t *testing.T) {
	good := sample(t, "mswsmv.xml")
	with := func(old, new string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	param := func(params string) string {
		return with("<Resources>", "<InitializationParameters>"+params+"</InitializationParameters><Resources>")
	}
	sessionData := func(text string) string {
		return param(`<Param Name="sessionconfigurationdata" Value="` + strings.NewReplacer("<", "&lt;", `"`, "&quot;").Replace(text) + `"/>`)
	}
	for name, test := range map[string]struct{ xml, where, says string }{
		"empty":                 {"", "", "0 elements"},
		"no XML":                {"Name=x", "", "outside of the element"},
		"cut off":               {good[:len(good)/2], "", "not XML"},
		"two elements":          {good + good, "", "2 elements"},
		"document type":         {"<!DOCTYPE x [<!ENTITY y 'z'>]>" + good, "", "document type"},
		"an entity":             {with(`Name="microsoft.powershell"`, `Name="&y;"`), "", "not XML"},
		"another encoding":      {`<?xml version="1.0" encoding="latin1"?>` + good, "", "latin1"},
		"too large":             {good + strings.Repeat(" ", maxSize), "", "more than 1048576 bytes"},
		"too deep":              {strings.Repeat("<a>", 30) + strings.Repeat("</a>", 30), "", "more than 16 deep"},
		"too many":              {"<a>" + strings.Repeat("<b/>", 10001) + "</a>", "", "more than 10000 elements"},
		"another element":       {"<Plugin/>", "", "Plugin"},
		"another namespace":     {with("config/PluginConfiguration", "config/Plugin"), "", "config/Plugin"},
		"no name":               {with(`Name="microsoft.powershell"`, ""), "Name", "missing"},
		"impossible name":       {with(`Name="microsoft.powershell"`, `Name="a/b"`), "Name", "'/'"},
		"name of another URI":   {with(`Name="microsoft.powershell"`, `Name="b"`), "ResourceUri", "http://schemas.microsoft.com/powershell/b"},
		"no URI":                {with(`Resource ResourceUri="http://schemas.microsoft.com/powershell/microsoft.powershell"`, `Resource`), "ResourceUri", "missing"},
		"not a boolean":         {with(`Enabled="true"`, `Enabled="yes"`), "Enabled", `"yes" is neither true nor false`},
		"not a number":          {with(`MaxShells="25"`, `MaxShells="1e3"`), "MaxShells", `"1e3" is no number: must be 1 to 2147483647`},
		"out of range":          {with(`IdleTimeoutms="180000" MaxP`, `IdleTimeoutms="59999" MaxP`), "IdleTimeoutms", "59999 is out of range: must be 60000 to 2147483647"},
		"out of all range":      {with(`MaxShells="25"`, `MaxShells="99999999999999999999"`), "MaxShells", "must be 1 to 2147483647"},
		"a fraction":            {param(`<Param Name="PSMaximumReceivedObjectSizeMB" Value="0.5"/>`), "psmaximumreceivedobjectsizemb", "must be 1 to 2047"},
		"an impossible pair":    {with(`IdleTimeoutms="180000" MaxP`, `IdleTimeoutms="180001" MaxP`), "IdleTimeoutms", "MaxIdleTimeoutMs"},
		"no such mode":          {with(`OutputBufferingMode="Block"`, `OutputBufferingMode="Wait"`), "OutputBufferingMode", "Block"},
		"process idle time":     {with(`ProcessIdleTimeoutSec="0"`, `ProcessIdleTimeoutSec="1209601"`), "ProcessIdleTimeoutSec", "0 to 1209600"},
		"no such SDK":           {with(`SDKVersion="2"`, `SDKVersion="3"`), "SDKVersion", `"3" is none of 1, 2`},
		"no such rendering":     {with(`XmlRenderingType="text"`, `XmlRenderingType="html"`), "XmlRenderingType", "XMLReader"},
		"AutoRestart":           {with(`AutoRestart="false"`, `AutoRestart="on"`), "AutoRestart", "neither true nor false"},
		"twice":                 {with(`Enabled="true"`, `Enabled="true" enabled="false"`), "enabled", "twice"},
		"attribute of another":  {with(`Enabled="true"`, `xmlns:y="urn:y" y:Enabled="true"`), "y:Enabled", "does not belong"},
		"attribute with dots":   {with(`Enabled="true"`, `Quotas.Enabled="true"`), "Quotas.Enabled", "does not belong"},
		"attribute of a list":   {with("<Resources>", `<Resources a="b">`), "Resources", "the attribute a"},
		"no resources":          {`<PlugInConfiguration xmlns="` + Namespace + `" Name="x"/>`, "Resources", "missing"},
		"no resource":           {`<PlugInConfiguration xmlns="` + Namespace + `" Name="x"><Resources/></PlugInConfiguration>`, "Resource", "missing"},
		"two resources":         {with("</Resources>", `<Resource ResourceUri="x"/></Resources>`), "Resource", "twice"},
		"two quotas":            {with("</PlugIn", "<Quotas/></PlugIn"), "Quotas", "twice"},
		"unknown element":       {with("</PlugIn", "<Other/></PlugIn"), "PlugInConfiguration", "the element Other"},
		"text":                  {with("</PlugIn", "text</PlugIn"), "PlugInConfiguration", `the text "text"`},
		"no capability":         {with(`<Capability Type="Shell"/>`, ""), "Capability", "missing"},
		"another capability":    {with(`Type="Shell"`, `Type="Get"`), "Type", `"Get"`},
		"element in capability": {with(`<Capability Type="Shell"/>`, `<Capability Type="Shell"><a/></Capability>`), "Capability", "the element a"},
		"no parameter's name":   {param(`<Param Value="x"/>`), "Param", "Name is missing"},
		"parameter twice":       {param(`<Param Name="PSVersion" Value="5.1"/><Param Name="psversion" Value="5.1"/>`), "psversion", "twice"},
		"parameter's attribute": {param(`<Param Name="PSVersion" Value="5.1" Type="x"/>`), "PSVersion", "the attribute Type"},
		"parameter's content":   {param(`<Param Name="PSVersion" Value="5.1"><a/></Param>`), "Param", "the element a"},
		"no parameter of ours":  {param(`<Param Name="winrmd.Other" Value="x"/>`), "winrmd.Other", "no such setting"},
		"no version":            {param(`<Param Name="PSVersion" Value="7.4.1"/>`), "PSVersion", "7.4.1"},
		"no script":             {param(`<Param Name="startupscript" Value="x.cmd"/>`), "startupscript", "x.cmd"},
		"no session file":       {param(`<Param Name="configfilepath" Value="x.ps1"/>`), "ConfigFilePath", "x.ps1"},
		"file and script":       {param(`<Param Name="configfilepath" Value="/x.pssc"/><Param Name="startupscript" Value="/x.ps1"/>`), "startupscript", "together"},
		"no such kind":          {param(`<Param Name="winrmd.Plugin" Value="ssh"/>`), "winrmd.Plugin", "runspace"},
		"kind of another URI":   {param(`<Param Name="winrmd.Plugin" Value="winrs"/>`), "ResourceUri", "windows/shell/microsoft.powershell"},
		"no list":               {param(`<Param Name="winrmd.EngineArguments" Value="[1]"/>`), "winrmd.EngineArguments", "JSON array"},
		"no table":              {param(`<Param Name="winrmd.Environment" Value="[]"/>`), "winrmd.Environment", "JSON object"},
		"no table at all":       {param(`<Param Name="winrmd.Windows" Value="null"/>`), "winrmd.Windows", "JSON object"},
		"impossible variable":   {param(`<Param Name="winrmd.Environment" Value="{&quot;a=b&quot;:&quot;&quot;}"/>`), "winrmd.Environment", "no name of a variable"},
		"no session data":       {sessionData("text"), paramSessionData, "not XML"},
		"other session data":    {sessionData("<Data/>"), paramSessionData, "Data"},
		"modules twice":         {sessionData(`<SessionConfigurationData><Param Name="modulestoimport"/><Param Name="ModulesToImport"/></SessionConfigurationData>`), paramSessionData, "twice"},
		"no descriptor":         {with(`Sddl=""`, `Sddl="x"`), "Sddl", "no security descriptor"},
		"Sddl beside names":     {strings.Replace(param(`<Param Name="winrmd.Permission" Value="ops"/>`), `Sddl=""`, `Sddl="D:(A;;GA;;;AU)"`, 1), "Sddl", "winrmd.Permission"},
		"blank name":            {param(`<Param Name="winrmd.Permission" Value="[&quot; &quot;]"/>`), "winrmd.Permission", "entry 1"},
	} {
		s, notes, err := Import([]byte(test.xml))
		var e *Error
		if !assert.ErrorAs(t, err, &e, name) {
			continue
		}
		assert.Equal(t, test.where, e.Where, "%s: %s", name, err)
		assert.Contains(t, err.Error(), test.says, name)
		assert.Empty(t, notes, name)
		assert.Empty(t, s.Name, name)
	}
}

// TestEverythingWrongIsTold at once.
func TestEverythingWrongIsTold(t *testing.T) {
	text := strings.NewReplacer(`MaxShells="25"`, `MaxShells="x"`, `Enabled="true"`, `Enabled="x"`).Replace(sample(t, "mswsmv.xml"))
	_, _, err := Import([]byte(text))
	require.ErrorContains(t, err, "Enabled: ")
	require.ErrorContains(t, err, "MaxShells: ")
}

// FuzzImport: whatever is imported is good, and comes back as it is.
func FuzzImport(f *testing.F) {
	// Short ones: to make interesting inputs shorter takes the fuzzer minutes.
	for _, inside := range []string{
		``, `<Quotas MaxShells="2" MaxConcurrentOperations="3"/>`,
		`<InitializationParameters><Param Name="PSVersion" Value="2.0"/><Param Name="lang" Value="x"/></InitializationParameters>`,
		`<InitializationParameters><Param Name="sessionconfigurationdata" Value="&lt;SessionConfigurationData>&lt;Param Name='modulestoimport' Value='a'/>&lt;a/>&lt;/SessionConfigurationData>"/></InitializationParameters>`,
		`<InitializationParameters><Param Name="winrmd.Permission" Value="ops"/><Param Name="winrmd.Windows" Value="{&quot;a&quot;:&quot;b&quot;}"/></InitializationParameters>`,
	} {
		f.Add([]byte(`<PlugInConfiguration Name="x" Enabled="0" SDKVersion="1" Other="y" xml:lang="de" xmlns="` + Namespace + `">` +
			`<Resources><Resource ResourceUri="http://schemas.microsoft.com/powershell/x"><Security Sddl="D:(A;;GA;;;IU)"/><Capability Type="Shell"/></Resource></Resources>` +
			inside + `</PlugInConfiguration>`))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, _, err := Import(text)
		if err != nil {
			return
		}
		require.NoError(t, s.Check())
		xml, err := Export(s)
		require.NoError(t, err)
		again, _, err := Import(xml)
		require.NoError(t, err, "%s", xml)
		assert.Equal(t, s, again, "%s", xml)
	})
}

// FuzzSddl: no descriptor lets in more people than it says.
func FuzzSddl(f *testing.F) {
	for _, text := range []string{"D:(A;;GA;;;AU)", "O:NSG:BAD:P(A;;GA;;;BA)(A;;GA;;;RM)(A;;GA;;;IU)S:P(AU;FA;GA;;;WD)", "D:(XA;;GX;;;BA;(Member_of {SID(BA)}))", "D:NO_ACCESS_CONTROL"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := readSddl(text)
		if err != nil {
			require.ErrorIs(t, err, ErrSddl)
			return
		}
		if len(a.permission) == 0 { // everybody
			assert.False(t, a.closed)
			upper := strings.ToUpper(text)
			assert.Regexp(t, `WD|AU|S-1-1-0|S-1-5-11`, upper)
			assert.Regexp(t, `GA|GX|[0-9]`, upper)
		}
	})
}
