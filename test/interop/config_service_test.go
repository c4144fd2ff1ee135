package interop

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

// step is one operation of config_service.py.
type step struct {
	Op        string            `json:"op"`
	URI       string            `json:"uri"`
	Selectors map[string]string `json:"selectors,omitempty"`
	Body      string            `json:"body,omitempty"`
	Edit      map[string]string `json:"edit,omitempty"`
}

// stepResult is what came of it.
type stepResult struct {
	Code wsman.FaultCode
	Text string // of a fault
	XML  string // of the body
}

// element is the first element of the answer.
func (r stepResult) element(t *testing.T) *etree.Element {
	t.Helper()
	require.Zero(t, r.Code, r.Text)
	doc := etree.NewDocument()
	require.NoError(t, doc.ReadFromString(r.XML))
	return doc.Root()
}

// refused checks the fault's number and what its text has.
func (r stepResult) refused(t *testing.T, code wsman.FaultCode, parts ...string) {
	t.Helper()
	assert.Equal(t, code, r.Code, r.Text)
	for _, part := range parts {
		assert.Contains(t, r.Text, part)
	}
}

// perform performs steps on one connection.
func (c client) perform(t *testing.T, steps ...step) []stepResult {
	t.Helper()
	return c.performAt(t, "", steps...)
}

// performAt does so by another address of this machine.
func (c client) performAt(t *testing.T, host string, steps ...step) []stepResult {
	t.Helper()
	type result struct{ Steps []stepResult }
	got := run[result](t, c, "config_service.py", args{"steps": steps, "host": host}).Steps
	require.Len(t, got, len(steps))
	return got
}

// administered is a server whose listeners are those of winrmd.toml, with the
// administrator root.
func administered(t *testing.T, listeners string) *server {
	t.Helper()
	s := start(t, setup{settings: "Administrators = [\"root\"]\n" + listeners, arguments: []string{"--http=", "--https="}})
	s.addUser(t, "root")
	return s
}

const (
	httpOnly   = "[Listener]\nHTTP = \"127.0.0.1:0\"\nHTTPS = \"none\"\n"
	configRoot = wsman.ResourceConfig
	listeners  = wsman.ResourceConfigListener
)

// TestConfigService: an administrator sets what the service has over the
// protocol, in the shape of winrm set and of Set-Item, and everybody else is
// denied.
func TestConfigService(t *testing.T) {
	t.Parallel()
	s := administered(t, httpOnly)
	root, alice := s.client().as("root"), s.client()
	got := root.perform(t,
		step{Op: "put", URI: configRoot, Edit: map[string]string{"MaxEnvelopeSizekb": "1024"}},
		step{Op: "put", URI: configRoot + "/winrs", Edit: map[string]string{"MaxShellsPerUser": "1"}},
		step{Op: "put", URI: configRoot + "/service/auth", Body: `<cfg:Auth xmlns:cfg="` + configRoot + `/service/auth"><cfg:CbtHardeningLevel>Strict</cfg:CbtHardeningLevel></cfg:Auth>`},
		step{Op: "get", URI: configRoot},
		step{Op: "put", URI: configRoot, Edit: map[string]string{"MaxEnvelopeSizekb": "31"}},
		step{Op: "put", URI: configRoot + "/service", Edit: map[string]string{"MaxConcurrentOperations": "100"}},
		step{Op: "put", URI: configRoot + "/winrs", Body: `<Winrs xmlns="urn:x"/>`},
	)
	assert.Equal(t, "1024", got[0].element(t).SelectElement("MaxEnvelopeSizekb").Text())
	whole := got[3].element(t)
	for path, want := range map[string]string{
		"MaxEnvelopeSizekb": "1024", "Winrs/MaxShellsPerUser": "1", "Service/Auth/CbtHardeningLevel": "Strict", "Service/Auth/Basic": "true",
	} {
		assert.Equal(t, want, whole.FindElement("./"+path).Text(), path)
	}
	got[4].refused(t, wsman.CodeInvalidValues, "MaxEnvelopeSizekb", "32 to 4194303")
	got[5].refused(t, wsman.CodeConfigReadOnly, "Service/MaxConcurrentOperations", "read-only")
	got[6].refused(t, wsman.CodeInvalidNamespace, configRoot+"/winrs")

	got = alice.perform(t,
		step{Op: "get", URI: configRoot + "/winrs"},
		step{Op: "put", URI: configRoot + "/winrs", Edit: map[string]string{"MaxShellsPerUser": "2"}},
		step{Op: "delete", URI: listeners, Selectors: map[string]string{"Address": "IP:127.0.0.1", "Transport": "HTTP"}},
	)
	assert.Equal(t, "1", got[0].element(t).SelectElement("MaxShellsPerUser").Text())
	got[1].refused(t, wsman.CodeAccessDenied, "Administrators")
	got[2].refused(t, wsman.CodeAccessDenied)

	// It is in the file, and counts.
	text, err := os.ReadFile(filepath.Join(s.state, "winrmd.toml"))
	require.NoError(t, err)
	assert.Contains(t, string(text), "MaxShellsPerUser = 1\n")
	failure := alice.fails(t, "config_shells.py", args{"shells": 2})
	assert.Equal(t, uint32(wsman.CodeQuotaMaxShells), failure.Code)
	assert.Contains(t, failure.Text, "1")
}

// TestConfigListener: listeners are made, moved and removed while the server
// runs, also the one that the request itself has come by.
func TestConfigListener(t *testing.T) {
	t.Parallel()
	s := administered(t, httpOnly)
	root := s.client().as("root")
	_, port, err := net.SplitHostPort(s.addresses["http"])
	require.NoError(t, err)
	https, moved := unusedPort(t), unusedPort(t)
	selectors := func(transport string) map[string]string {
		return map[string]string{"Address": "IP:127.0.0.1", "Transport": transport}
	}

	got := root.perform(t,
		step{Op: "enumerate", URI: listeners, Body: enumerateAll},
		step{Op: "create", URI: listeners, Selectors: map[string]string{"Address": "*", "Transport": "HTTP"}},
		step{Op: "create", URI: listeners, Selectors: selectors("HTTPS"), Body: `<p:Listener xmlns:p="` + listeners + `.xsd"><p:Port>` + https + `</p:Port></p:Listener>`},
		step{Op: "get", URI: listeners, Selectors: selectors("HTTPS")},
		step{Op: "create", URI: listeners, Selectors: map[string]string{"Address": "IP:203.0.113.1", "Transport": "HTTPS"}},
		step{Op: "put", URI: listeners, Selectors: selectors("HTTP"), Edit: map[string]string{"Port": "0"}},
		step{Op: "put", URI: listeners, Selectors: selectors("HTTP"), Edit: map[string]string{"Port": https}},
		step{Op: "put", URI: listeners, Selectors: selectors("HTTP"), Edit: map[string]string{"Port": moved}},
		step{Op: "delete", URI: listeners, Selectors: selectors("HTTP")},
		step{Op: "get", URI: listeners, Selectors: selectors("HTTP")},
	)
	one := got[0].element(t).FindElement("./Items/Listener")
	require.NotNil(t, one, got[0].XML)
	assert.Equal(t, port, one.SelectElement("Port").Text())
	got[1].refused(t, wsman.CodeAlreadyExists, "one listener for each transport")
	assert.Equal(t, "ResourceCreated", got[2].element(t).Tag)
	assert.Len(t, got[3].element(t).SelectElement("CertificateThumbprint").Text(), 40)
	got[4].refused(t, wsman.CodeAlreadyExists, "IP:127.0.0.1")
	got[5].refused(t, wsman.CodeConfigPort)
	got[6].refused(t, wsman.CodeInvalidValues, "127.0.0.1:"+https)
	assert.Equal(t, moved, got[7].element(t).SelectElement("Port").Text())
	assert.Equal(t, stepResult{}, got[8], "the answer to its own end")
	got[9].refused(t, wsman.CodeResourceNotFound)

	for _, gone := range []string{port, moved} {
		_, err := net.Dial("tcp", "127.0.0.1:"+gone)
		require.Error(t, err, "nobody listens there any more")
	}
	s.addresses["https"] = "127.0.0.1:" + https
	got = root.over("https").perform(t, step{Op: "create", URI: listeners, Selectors: selectors("HTTP"), Body: `<l:Listener xmlns:l="` + listeners + `"><l:Port>` + port + `</l:Port></l:Listener>`})
	require.Zero(t, got[0].Code, got[0].Text)
	root.perform(t, step{Op: "get", URI: configRoot})
}

// TestConfigListenerFixed: what the command line says cannot be changed.
func TestConfigListenerFixed(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: "Administrators = [\"root\"]\n"})
	s.addUser(t, "root")
	got := s.client().as("root").perform(t, step{Op: "delete", URI: listeners, Selectors: map[string]string{"Address": "IP:127.0.0.1", "Transport": "HTTPS"}})
	got[0].refused(t, wsman.CodeConfigReadOnly, "command line")
	s.client().over("https").perform(t, step{Op: "get", URI: configRoot})
}

// enumerateAll is the body of an Enumerate.
const enumerateAll = `<n:Enumerate xmlns:n="` + wsman.NamespaceEnumeration + `" xmlns:w="` + wsman.NamespaceWSMan +
	`"><w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements></n:Enumerate>`

// unusedPort is a port that nobody listens at.
func unusedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}

// TestConfigBatchItems: MaxBatchItems caps the items of one answer.
func TestConfigBatchItems(t *testing.T) {
	t.Parallel()
	s := administered(t, "[Listener]\nHTTP = \"127.0.0.1:0\"\nHTTPS = \"127.0.0.1:0\"\n")
	got := s.client().as("root").perform(t,
		step{Op: "enumerate", URI: listeners, Body: enumerateAll},
		step{Op: "put", URI: configRoot, Edit: map[string]string{"MaxBatchItems": "1"}},
		step{Op: "enumerate", URI: listeners, Body: enumerateAll},
	)
	assert.Len(t, got[0].element(t).FindElements("./Items/Listener"), 2)
	first := got[2].element(t)
	assert.Len(t, first.FindElements("./Items/Listener"), 1)
	context := first.SelectElement("EnumerationContext").Text()
	require.NotEmpty(t, context)
	got = s.client().as("root").perform(t, step{Op: "pull", URI: listeners,
		Body: `<n:Pull xmlns:n="` + wsman.NamespaceEnumeration + `"><n:EnumerationContext>` + context + `</n:EnumerationContext></n:Pull>`})
	rest := got[0].element(t)
	assert.Len(t, rest.FindElements("./Items/Listener"), 1)
	assert.NotNil(t, rest.SelectElement("EndOfSequence"))
}

// TestConfigRemoteShells: AllowRemoteShellAccess = false lets nobody open a
// shell, and those that are open go on.
func TestConfigRemoteShells(t *testing.T) {
	t.Parallel()
	s := administered(t, httpOnly)
	open := s.client().begin(t, "config_open.py", args{"command": "echo"})
	next[struct{ Open bool }](t, open)
	got := s.client().as("root").perform(t, step{Op: "put", URI: configRoot + "/winrs", Edit: map[string]string{"AllowRemoteShellAccess": "false"}})
	require.Zero(t, got[0].Code, got[0].Text)
	for script, parameters := range map[string]args{"config_shells.py": {"shells": 1}, "psrp_invoke.py": {"script": "1"}} {
		failure := s.client().fails(t, script, parameters)
		assert.Equal(t, uint32(wsman.CodeRemoteShellsNotAllowed), failure.Code, script)
		assert.Contains(t, failure.Text, "AllowRemoteShellAccess", script)
	}
	open.say(t)
	finish[struct{ Ran bool }](t, open)
}

// TestConfigOperationsPerUser: the quota is on what is under way, and counts
// each user's own.
func TestConfigOperationsPerUser(t *testing.T) {
	t.Parallel()
	s := administered(t, httpOnly)
	waiting := s.client().begin(t, "config_operations.py", args{"command": "sleep 300"})
	next[struct{ Waiting bool }](t, waiting)
	got := s.client().as("root").perform(t, step{Op: "put", URI: configRoot + "/service", Edit: map[string]string{"MaxConcurrentOperationsPerUser": "1"}})
	require.Zero(t, got[0].Code, got[0].Text)
	waiting.say(t)
	fault := finish[stepResult](t, waiting)
	fault.refused(t, wsman.CodeQuotaMaxOperations, "MaxConcurrentOperationsPerUser is 1", "alice", "operation 2")
	s.client().as("root").perform(t, step{Op: "get", URI: configRoot})
}

// TestConfigPacketRetrievalTime: a request that does not come to its end in time
// ends its connection.
func TestConfigPacketRetrievalTime(t *testing.T) {
	t.Parallel()
	s := administered(t, httpOnly+"[Service]\nMaxPacketRetrievalTimeSeconds = 1\n")
	for name, text := range map[string]string{
		"header": "POST /wsman HTTP/1.1\r\nHost: x\r\n",
		"body":   "POST /wsman-anon/identify HTTP/1.1\r\nHost: x\r\nContent-Type: application/soap+xml;charset=UTF-8\r\nContent-Length: 1000\r\n\r\n<s:Env",
	} {
		c, err := net.Dial("tcp", s.addresses["http"])
		require.NoError(t, err)
		defer c.Close()
		_, err = fmt.Fprint(c, text)
		require.NoError(t, err)
		began := time.Now()
		require.NoError(t, c.SetReadDeadline(began.Add(patience)))
		for err == nil { // an answer may come first
			_, err = c.Read(make([]byte, 4096))
		}
		assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, name)
		assert.GreaterOrEqual(t, time.Since(began), time.Second/2, name)
	}
}

// TestConfigAddressFilter: connections to an address that the filter leaves out
// are closed.
func TestConfigAddressFilter(t *testing.T) {
	t.Parallel()
	s := administered(t, "[Listener]\nHTTP = \":0\"\nHTTPS = \"none\"\n")
	other := otherAddress(t)
	root := s.client().as("root")
	root.performAt(t, other, step{Op: "get", URI: configRoot})
	got := root.perform(t,
		step{Op: "put", URI: configRoot + "/service", Edit: map[string]string{"IPv4Filter": "203.0.113.1-203.0.113.9"}},
		step{Op: "enumerate", URI: listeners, Body: enumerateAll},
		step{Op: "put", URI: configRoot + "/service", Edit: map[string]string{"IPv4Filter": "203.0.113.9-203.0.113.1"}},
	)
	assert.Equal(t, "203.0.113.1-203.0.113.9", got[0].element(t).SelectElement("IPv4Filter").Text())
	for _, on := range got[1].element(t).FindElements("./Items/Listener/ListeningOn") {
		assert.NotEqual(t, other, on.Text())
	}
	got[2].refused(t, wsman.CodeInvalidIPFilter, "IPv4Filter", "203.0.113.9-203.0.113.1")
	failure := root.fails(t, "config_service.py", args{"steps": []step{{Op: "get", URI: configRoot}}, "host": other})
	assert.Equal(t, "ConnectionError", failure.Type)
	root.perform(t, step{Op: "put", URI: configRoot + "/service", Edit: map[string]string{"IPv4Filter": "203.0.113.1-203.0.113.9," + other + "-" + other}})
	root.performAt(t, other, step{Op: "get", URI: configRoot})
}

// TestConfigCertMapping: a certificate is mapped to a user over the protocol.
func TestConfigCertMapping(t *testing.T) {
	t.Parallel()
	s := administered(t, httpOnly)
	selectors := map[string]string{"Issuer": "5600a015ca5e8a26f638b74e819ae92096da5c8c", "Subject": "*@example.com", "URI": "*"}
	create := step{Op: "create", URI: wsman.ResourceConfigCertMapping, Selectors: selectors,
		Body: `<p:certmapping xmlns:p="` + wsman.ResourceConfigCertMapping + `.xsd"><p:UserName>alice</p:UserName><p:Password>secret</p:Password></p:certmapping>`}
	got := s.client().as("root").perform(t, create, create,
		step{Op: "put", URI: wsman.ResourceConfigCertMapping, Selectors: selectors, Edit: map[string]string{"Enabled": "false"}},
		step{Op: "enumerate", URI: wsman.ResourceConfigCertMapping, Body: enumerateAll},
		step{Op: "delete", URI: wsman.ResourceConfigCertMapping, Selectors: selectors},
		step{Op: "get", URI: wsman.ResourceConfigCertMapping, Selectors: selectors},
	)
	assert.Equal(t, "ResourceCreated", got[0].element(t).Tag)
	got[1].refused(t, wsman.CodeAlreadyExists)
	assert.Equal(t, "false", got[2].element(t).SelectElement("Enabled").Text())
	assert.Equal(t, "alice", got[3].element(t).FindElement("./Items/CertMapping/UserName").Text())
	assert.Equal(t, stepResult{}, got[4])
	got[5].refused(t, wsman.CodeResourceNotFound)
	denied := s.client().perform(t, step{Op: "enumerate", URI: wsman.ResourceConfigCertMapping, Body: enumerateAll}, create)
	denied[0].refused(t, wsman.CodeAccessDenied)
	denied[1].refused(t, wsman.CodeAccessDenied)
}

// otherAddress is an IPv4 address of this machine that is not loopback.
func otherAddress(t *testing.T) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	need(t, fmt.Errorf("an IPv4 address that is not loopback: %w", errMissing))
	return ""
}
