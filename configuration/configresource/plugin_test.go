package configresource

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/pluginxml"
	"github.com/winrmd/winrmd/wsman"
)

// guids are what differs each time.
var guids = regexp.MustCompile(`(MessageID>uuid:|ActivityId>)[0-9A-F-]{36}`)

// TestPluginDialogue is what the WSMan: drive of PowerShell and winrm send to
// register, read, change and remove a session configuration (ConfigProvider.cs,
// CustomShellCommands.cs), and what is answered. The answers were reviewed
// against MS-WSMV 3.1.4.1.34.
func TestPluginDialogue(t *testing.T) {
	w := newPluginWorld(t)
	requests, err := filepath.Glob("testdata/plugin/*.xml")
	require.NoError(t, err)
	requests = slices.DeleteFunc(requests, func(name string) bool { return strings.Contains(name, ".golden.") })
	require.Len(t, requests, 8)
	for _, name := range requests {
		raw, err := os.ReadFile(name)
		require.NoError(t, err)
		reply := w.serve(raw, root)
		doc := etree.NewDocument()
		require.NoError(t, doc.ReadFromBytes(reply.envelope))
		doc.WriteSettings = etree.WriteSettings{CanonicalAttrVal: true, CanonicalText: true}
		doc.Indent(2)
		text, err := doc.WriteToString()
		require.NoError(t, err)
		text = guids.ReplaceAllString(text, "${1}00000000-0000-0000-0000-000000000000")
		golden := strings.Replace(name, ".xml", ".golden.xml", 1)
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(text), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err, "run go test -update")
		assert.Equal(t, string(want), text, name)
	}
}

// TestPluginCreate: what was created is there at once, and says where it is.
func TestPluginCreate(t *testing.T) {
	w := newPluginWorld(t)
	edit := func(s *configuration.Session) {
		s.IdleTimeoutMs, s.MaxIdleTimeoutMs, s.OutputBufferingMode = 172800000, 259200000, "Drop"
		s.Environment["A"] = "b"
	}
	created := w.ask(wsman.ActionCreate, "test", xmlOf(t, "Test", edit)).first()
	assert.True(t, wsman.IsElement(created, wsman.NamespaceTransfer, "ResourceCreated"))
	selector := created.FindElement("ReferenceParameters/SelectorSet/Selector")
	require.NotNil(t, selector)
	assert.Equal(t, "Test", selector.Text())
	want := configuration.NewSession("Test")
	edit(&want)
	assert.Equal(t, want, w.session("Test"))
	assert.Contains(t, w.log.String(), "session configuration registered")

	w.ask(wsman.ActionCreate, "TEST", xmlOf(t, "TEST", nil)).refused(wsman.CodeAlreadyExists, "Name=TEST")
	assert.Equal(t, want, w.session("Test"))
}

// TestPluginGet: the whole representation, which imports as the configuration.
func TestPluginGet(t *testing.T) {
	w := newPluginWorld(t)
	s := w.register("Test", func(s *configuration.Session) { s.Permission = []string{"ops"} })
	e := w.ask(wsman.ActionGet, "tEST", "").first()
	got, _, err := pluginxml.ImportElement(e)
	require.NoError(t, err)
	assert.Equal(t, s, got)
	assert.Empty(t, e.Space, "Windows' tools look for the name without a prefix")

	raw := strings.Replace(string(pluginEnvelope(wsman.ActionGet, "Test", "")), "<a:MessageID>", "<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize><a:MessageID>", 1)
	assert.Nil(t, w.serve([]byte(raw), root).fault)
	_, err = w.store.ChangeSession("Test", func(s *configuration.Session) error {
		s.Environment = map[string]string{"LONG": strings.Repeat("x", 9000)}
		return nil
	})
	require.NoError(t, err)
	w.serve([]byte(raw), root).refused(wsman.CodeMaxEnvelopeSizeExceeded)
}

// TestPluginPut: what is put takes the place of everything, and is answered.
func TestPluginPut(t *testing.T) {
	w := newPluginWorld(t)
	w.register("Test", func(s *configuration.Session) {
		s.EnginePath, s.MaxShells, s.Windows["Filename"] = "pwsh-preview", 3, `%windir%\x\pwrshplugin.dll`
	})
	edit := func(s *configuration.Session) { s.Enabled, s.MaxShells = false, 4 }
	e := w.ask(wsman.ActionPut, "Test", xmlOf(t, "TEST", edit)).first()
	got, _, err := pluginxml.ImportElement(e)
	require.NoError(t, err)
	want := configuration.NewSession("Test")
	edit(&want)
	assert.Equal(t, want, got)
	assert.Equal(t, want, w.session("Test"))
	assert.Contains(t, w.log.String(), "session configuration changed")
}

// TestPluginPutKeepsWhatTheDriveLeavesOut: New-Item and Remove-Item send
// neither Quotas nor some of the attributes.
func TestPluginPutKeepsWhatTheDriveLeavesOut(t *testing.T) {
	w := newPluginWorld(t)
	s := w.register("Test", func(s *configuration.Session) {
		s.MaxShells, s.OutputBufferingMode, s.ProcessIdleTimeoutSec = 3, "Drop", 9
		s.Windows["RunAsVirtualAccount"] = "true"
	})
	body := `<x:PlugInConfiguration xmlns:x="` + pluginxml.Namespace + `" Name="Test" Enabled="true"><x:InitializationParameters><x:Param Name="startupscript" Value="/a.ps1"/></x:InitializationParameters>` +
		`<x:Resources><x:Resource ResourceUri="` + s.ResourceURI() + `"><x:Security Sddl="D:(A;;GA;;;RM)"/><x:Capability Type="Shell"/></x:Resource></x:Resources></x:PlugInConfiguration>`
	require.Nil(t, w.ask(wsman.ActionPut, "Test", body).fault)
	s.StartupScript, s.Permission, s.ProcessIdleTimeoutSec = "/a.ps1", []string{"Remote Management Users"}, 0
	s.Windows["Security.Sddl"] = "D:(A;;GA;;;RM)"
	assert.Equal(t, s, w.session("Test"))
}

// TestPluginNotes: what has no effect is told in the log.
func TestPluginNotes(t *testing.T) {
	w := newPluginWorld(t)
	require.Nil(t, w.ask(wsman.ActionCreate, "Test", xmlOf(t, "Test", func(s *configuration.Session) { s.Windows["RunAsVirtualAccount"] = "true" })).fault)
	assert.Contains(t, w.log.String(), "level=WARN")
	assert.Contains(t, w.log.String(), "where=RunAsVirtualAccount")
}

// TestPluginRunAs: the account is kept and told again, a password is taken and
// neither kept nor told.
func TestPluginRunAs(t *testing.T) {
	w := newPluginWorld(t)
	xml := strings.Replace(xmlOf(t, "Test", func(s *configuration.Session) { s.RunAsUser = "deploy" }),
		`RunAsPassword=""`, `RunAsPassword="secret"`, 1)
	require.Contains(t, xml, "secret")
	require.Nil(t, w.ask(wsman.ActionCreate, "Test", xml).fault)
	assert.Equal(t, "deploy", w.session("Test").RunAsUser)
	answer := w.ask(wsman.ActionGet, "Test", "")
	require.Nil(t, answer.fault)
	assert.Contains(t, string(answer.envelope), `RunAsUser="deploy" RunAsPassword=""`)
	assert.NotContains(t, string(answer.envelope)+w.log.String(), "secret")

	require.Nil(t, w.ask(wsman.ActionPut, "Test", strings.Replace(xml, `"deploy"`, `"ann"`, 1)).fault)
	assert.Equal(t, "ann", w.session("Test").RunAsUser)
	require.Nil(t, w.ask(wsman.ActionPut, "Test", strings.Replace(xml, `"deploy"`, `""`, 1)).fault)
	assert.Empty(t, w.session("Test").RunAsUser)
	for _, wrong := range []string{"0", "a:b", "-x"} {
		fault := w.ask(wsman.ActionPut, "Test", strings.Replace(xml, `"deploy"`, `"`+wrong+`"`, 1)).fault
		require.NotNil(t, fault, wrong)
		assert.Contains(t, fault.Error(), "RunAsUser", wrong)
	}
	assert.Empty(t, w.session("Test").RunAsUser)
}

func TestPluginDelete(t *testing.T) {
	w := newPluginWorld(t)
	w.register("Test", nil)
	r := w.ask(wsman.ActionDelete, "TEST", "")
	require.Nil(t, r.fault)
	assert.Empty(t, r.body.ChildElements())
	_, ok := w.store.Session("Test")
	assert.False(t, ok)
	assert.Contains(t, w.log.String(), "session configuration unregistered")
	w.ask(wsman.ActionDelete, "Test", "").refused(wsman.CodeResourceNotFound, "Name=Test")
}

// TestPluginEnumerate: all of them in the order of their names, in pieces too.
func TestPluginEnumerate(t *testing.T) {
	w := newPluginWorld(t)
	w.register("alpha", nil)
	names := func(e *etree.Element, space string) (found []string) {
		for _, item := range wsman.FindChild(e, space, "Items").ChildElements() {
			found = append(found, item.SelectAttrValue("Name", item.Tag))
		}
		return found
	}
	all := []string{"alpha", "Microsoft.PowerShell", "PowerShell.7"}
	e := w.ask(wsman.ActionEnumerate, "", `<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements></n:Enumerate>`).first()
	assert.Equal(t, all, names(e, wsman.NamespaceWSMan))
	assert.NotNil(t, wsman.FindChild(e, wsman.NamespaceWSMan, "EndOfSequence"))

	e = w.ask(wsman.ActionEnumerate, "", `<n:Enumerate/>`).first()
	var got []string
	for range all {
		id := wsman.FindChild(e, wsman.NamespaceEnumeration, "EnumerationContext").Text()
		e = w.ask(wsman.ActionPull, "", `<n:Pull><n:EnumerationContext>`+id+`</n:EnumerationContext><n:MaxElements>1</n:MaxElements></n:Pull>`).first()
		got = append(got, names(e, wsman.NamespaceEnumeration)...)
	}
	assert.Equal(t, all, got)
	assert.NotNil(t, wsman.FindChild(e, wsman.NamespaceEnumeration, "EndOfSequence"))

	filter := func(selector string) string {
		return `<n:Enumerate><w:OptimizeEnumeration/><w:EnumerationMode>EnumerateObjectAndEPR</w:EnumerationMode><w:Filter Dialect="` + wsman.SelectorFilterDialect +
			`"><w:SelectorSet><w:Selector Name="` + selector + `">ALPHA</w:Selector></w:SelectorSet></w:Filter></n:Enumerate>`
	}
	items := wsman.FindChild(w.ask(wsman.ActionEnumerate, "", filter("name")).first(), wsman.NamespaceWSMan, "Items").ChildElements()
	require.Len(t, items, 1)
	assert.Equal(t, "alpha", items[0].FindElement("PlugInConfiguration").SelectAttrValue("Name", ""))
	assert.Equal(t, "alpha", items[0].FindElement("EndpointReference/ReferenceParameters/SelectorSet/Selector").Text())
	w.ask(wsman.ActionEnumerate, "", filter("ShellId")).refused(wsman.CodeCannotProcessFilter, "Name")
}

// TestPluginsAreForAdministrators: nobody else may even read them.
func TestPluginsAreForAdministrators(t *testing.T) {
	w := newPluginWorld(t)
	s := w.register("Test", nil)
	for action, body := range map[string]string{
		wsman.ActionGet: "", wsman.ActionDelete: "", wsman.ActionPut: xmlOf(t, "Test", func(s *configuration.Session) { s.MaxShells = 1 }),
		wsman.ActionCreate: xmlOf(t, "Other", nil), wsman.ActionEnumerate: "<n:Enumerate><w:OptimizeEnumeration/></n:Enumerate>",
	} {
		w.serve(pluginEnvelope(action, "Test", body), ann).refused(wsman.CodeAccessDenied, "Administrators")
	}
	assert.Equal(t, s, w.session("Test"))
	_, ok := w.store.Session("Other")
	assert.False(t, ok)
	id := wsman.FindChild(w.ask(wsman.ActionEnumerate, "", "<n:Enumerate/>").first(), wsman.NamespaceEnumeration, "EnumerationContext").Text()
	w.serve(pluginEnvelope(wsman.ActionPull, "", "<n:Pull><n:EnumerationContext>"+id+"</n:EnumerationContext></n:Pull>"), ann).refused(wsman.CodeInvalidEnumeration)
}
