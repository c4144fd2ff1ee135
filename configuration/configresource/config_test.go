package configresource

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
)

// windows are the settings behind the recorded answers.
func windows() configuration.Service {
	return configuration.Service{
		Limits: configuration.ServiceLimits{MaxEnvelopeSizekb: 150, MaxTimeoutms: 60000, EnumerationTimeoutms: 240000, MaxConnections: 300,
			MaxBatchItems: 32000, MaxConcurrentOperationsPerUser: 1500, MaxPacketRetrievalTimeSeconds: 120, IPv4Filter: "*", IPv6Filter: "*"},
		Winrs: configuration.Winrs{
			IdleTimeout: 7200000, MaxConcurrentUsers: configuration.Unlimited, MaxShellsPerUser: configuration.Unlimited,
			AllowRemoteShellAccess: true, MaxProcessesPerShell: configuration.Unlimited, MaxMemoryPerShellMB: configuration.Unlimited,
		},
		Client: configuration.Client{NetworkDelayms: 5000, Auth: configuration.ClientAuth{
			Basic: true, Digest: true, Kerberos: true, Negotiate: true, Certificate: true,
		}},
	}
}

// get asks for a resource and returns the answer's envelope.
func get(t *testing.T, s Settings, uri string) (*etree.Element, error) {
	t.Helper()
	w := newWorld(t)
	w.settings = s
	r := w.serve(ask{action: wsman.ActionGet, resource: uri, who: ann})
	if r.fault != nil {
		return nil, r.fault
	}
	return r.first(), nil
}

// parse returns the first element of an envelope's body.
func parse(t *testing.T, text string) *etree.Element {
	t.Helper()
	doc := etree.NewDocument()
	doc.ReadSettings.ValidateInput = true
	require.NoError(t, doc.ReadFromString(text))
	body := wsman.FindChild(doc.Root(), wsman.NamespaceSOAP, "Body")
	require.Len(t, body.ChildElements(), 1)
	return body.ChildElements()[0]
}

// outline is a tree in lines.
func outline(e *etree.Element, path string) []string {
	path += "/" + e.Tag
	children := e.ChildElements()
	if len(children) == 0 {
		return []string{path + " = " + e.Text()}
	}
	var lines []string
	for _, c := range children {
		lines = append(lines, outline(c, path)...)
	}
	return lines
}

// captureDir holds the recorded traffic of real Windows servers.
const captureDir = "../../../shared/captures/pypsrp"

// TestRecorded: what Windows answers is answered in its order, where winrmd
// has another value its own.
func TestRecorded(t *testing.T) {
	for file, kilobytes := range map[string]string{
		"test_wsman_update_envelope_size_150.yml": "150", "test_wsman_update_envelope_size_4096.yml": "4096", "test_psrp_small_msg_size.yml": "32",
	} {
		text, err := os.ReadFile(filepath.Join(captureDir, file))
		if os.IsNotExist(err) && os.Getenv("CI") != "true" {
			t.Skipf("no captures in %s", captureDir)
		}
		require.NoError(t, err)
		var capture struct {
			Messages []struct{ Request, Response string }
		}
		require.NoError(t, yaml.Unmarshal(text, &capture))
		request, err := wsman.ParseRequest([]byte(capture.Messages[0].Request), wsman.Limits{})
		require.NoError(t, err)
		settings := windows()
		settings.Limits.MaxEnvelopeSizekb, err = strconv.Atoi(kilobytes)
		require.NoError(t, err)
		ours, err := get(t, fixed(settings), request.Header.ResourceURI)
		require.NoError(t, err)
		assert.Equal(t, wsman.NamespaceConfig, ours.NamespaceURI())

		want := outline(parse(t, capture.Messages[0].Response), "")
		assert.Equal(t, "/Config/MaxEnvelopeSizekb = "+kilobytes, want[0])
		assert.Equal(t, differing(want), differing(outline(ours, "")), file)
	}
}

// differing leaves out the values that the recorded hosts were set to.
func differing(lines []string) []string {
	var rest []string
	for _, line := range lines {
		name, value, _ := strings.Cut(line, " = ")
		switch name {
		case "/Config/Client/TrustedHosts", "/Config/Service/AllowUnencrypted", "/Config/Service/CertificateThumbprint":
			value = ""
		}
		if strings.HasPrefix(name, "/Config/Service/Auth/") { // the schemes that it has
			value = ""
		}
		rest = append(rest, name+" = "+value)
	}
	return rest
}

// TestSettings: what is set is what is told, as it is now.
func TestSettings(t *testing.T) {
	s := configuration.Service{
		AllowUnencrypted: true,
		Limits:           configuration.ServiceLimits{MaxEnvelopeSizekb: 1, MaxTimeoutms: 2, EnumerationTimeoutms: 3, MaxConnections: 4},
		Winrs:            configuration.Winrs{IdleTimeout: 5, MaxConcurrentUsers: 6, MaxShellsPerUser: 7, MaxProcessesPerShell: 8, MaxMemoryPerShellMB: 9},
		Client:           configuration.Client{NetworkDelayms: 10, TrustedHosts: "a,b"},
	}
	s.Limits.MaxBatchItems, s.Limits.MaxConcurrentOperationsPerUser, s.Limits.MaxPacketRetrievalTimeSeconds = 11, 12, 13
	s.Limits.IPv4Filter, s.Limits.IPv6Filter = "192.0.2.1-192.0.2.9", "*"
	e, err := get(t, fixed(s), wsman.ResourceConfig)
	require.NoError(t, err)
	lines := outline(e, "")
	for _, want := range []string{
		"/Config/MaxEnvelopeSizekb = 1", "/Config/MaxTimeoutms = 2", "/Config/Service/EnumerationTimeoutms = 3",
		"/Config/Service/MaxConnections = 4", "/Config/Service/AllowUnencrypted = true", "/Config/Winrs/IdleTimeout = 5",
		"/Config/Winrs/MaxConcurrentUsers = 6", "/Config/Winrs/MaxShellsPerUser = 7",
		"/Config/Winrs/AllowRemoteShellAccess = false", "/Config/Winrs/MaxProcessesPerShell = 8", "/Config/Winrs/MaxMemoryPerShellMB = 9",
		"/Config/Client/NetworkDelayms = 10", "/Config/Client/TrustedHosts = a,b", "/Config/Client/Auth/Basic = false",
		"/Config/MaxBatchItems = 11", "/Config/Service/MaxConcurrentOperationsPerUser = 12",
		"/Config/Service/MaxPacketRetrievalTimeSeconds = 13", "/Config/Service/IPv4Filter = 192.0.2.1-192.0.2.9",
		"/Config/Service/IPv6Filter = *",
	} {
		assert.Contains(t, lines, want)
	}
}

// TestParts: each has its own URI, in any case, which is its namespace.
func TestParts(t *testing.T) {
	const root = wsman.ResourceConfig
	for uri, want := range map[string]struct{ tag, first string }{
		root:                           {"Config", "MaxEnvelopeSizekb"},
		strings.ToUpper(root):          {"Config", "MaxEnvelopeSizekb"},
		root + "/client":               {"Client", "NetworkDelayms"},
		root + "/client/auth":          {"Auth", "Basic"},
		root + "/client/defaultports":  {"DefaultPorts", "HTTP"},
		root + "/service":              {"Service", "RootSDDL"},
		root + "/Service/Auth":         {"Auth", "Basic"},
		root + "/service/DefaultPorts": {"DefaultPorts", "HTTP"},
		root + "/winrs":                {"Winrs", "AllowRemoteShellAccess"},
		root + "/WinRS":                {"Winrs", "AllowRemoteShellAccess"},
		"http://schemas.mİcrosoft.com/wbem/wsman/1/config/winrs": {"Winrs", "AllowRemoteShellAccess"}, // its lower case is shorter
	} {
		e, err := get(t, fixed(windows()), uri)
		require.NoError(t, err, uri)
		assert.Equal(t, want.tag, e.Tag, uri)
		assert.Equal(t, want.first, e.ChildElements()[0].Tag, uri)
		if strings.HasPrefix(strings.ToLower(uri), root) {
			assert.Equal(t, strings.ToLower(uri), e.NamespaceURI(), uri)
		}
		assert.Equal(t, e.NamespaceURI(), e.ChildElements()[0].NamespaceURI(), uri)
	}
	service, err := get(t, fixed(windows()), root+"/service/auth")
	require.NoError(t, err)
	assert.NotNil(t, service.SelectElement("CbtHardeningLevel"), "the service's, not the client's")
}

func TestRefused(t *testing.T) {
	for _, uri := range []string{wsman.ResourceConfig + "/", wsman.ResourceConfig + "/nowhere", wsman.ResourceConfig + "x"} {
		_, err := get(t, fixed(windows()), uri)
		require.ErrorIs(t, err, wsman.CodeInvalidURI, uri)
	}
	w := newWorld(t)
	for _, action := range []string{wsman.ActionCreate, wsman.ActionDelete, wsman.ActionEnumerate} {
		w.serve(ask{action: action, resource: wsman.ResourceConfig}).refused(wsman.CodeActionNotSupported)
	}
}
