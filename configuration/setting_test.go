package configuration

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fieldKeys are the dotted keys that the decoder would find in a struct.
func fieldKeys(t reflect.Type, table string) []string {
	var keys []string
	for f := range t.Fields() {
		name := f.Name
		if tag := f.Tag.Get("toml"); tag == "-" {
			continue
		} else if tag != "" {
			name = tag
		}
		if f.Type.Kind() == reflect.Struct {
			keys = append(keys, fieldKeys(f.Type, table+name+".")...)
			continue
		}
		keys = append(keys, table+name)
	}
	return keys
}

func settingKeys(settings []Setting) []string {
	var keys []string
	for _, s := range settings {
		keys = append(keys, s.Key())
	}
	return keys
}

// A field without a setting would have no default, no range and no comment.
func TestEveryFieldIsASetting(t *testing.T) {
	assert.Equal(t, sorted(fieldKeys(reflect.TypeFor[Service](), "")), sorted(settingKeys(ServiceSettings())))
	assert.Equal(t, sorted(fieldKeys(reflect.TypeFor[Session](), "")), sorted(settingKeys(SessionSettings())))
}

func sorted(keys []string) []string {
	slices.Sort(keys)
	return keys
}

// Each setting must be bound to the field that its key names: a value given in
// a file is what the check looks at.
func TestEveryCheckLooksAtItsOwnField(t *testing.T) {
	for _, one := range ServiceSettings() {
		checkBinding(t, serviceSchema(), one)
	}
	for _, one := range SessionSettings() {
		checkBinding(t, sessionSchema("x"), one)
	}
}

func checkBinding[T any](t *testing.T, s schema[T], one Setting) {
	bad := map[string]string{"number": "-1", "text": `"a/b"`, "list of texts": `[" "]`}[one.Type]
	if bad == "" || one.Name == "EngineArguments" || one.Key() == "Client.TrustedHosts" { // every value is good
		return
	}
	content := one.Name + " = " + bad + "\n"
	if one.Table != "" {
		content = "[" + one.Table + "]\n" + content
	}
	_, err := s.parse("f.toml", []byte(content))
	var e *FileError
	require.ErrorAs(t, err, &e, one.Key())
	assert.Equal(t, one.Key(), e.Key)
	assert.Equal(t, strings.Count(content, "\n"), e.Line)
	assert.Equal(t, 1, e.Column)
}

func TestGeneratedFilesHoldTheDefaults(t *testing.T) {
	service := serviceSchema()
	got, err := service.parse("f.toml", service.generate())
	require.NoError(t, err)
	assert.Equal(t, service.defaults(), got)

	session := sessionSchema("A.B")
	other, err := session.parse("f.toml", session.generate())
	require.NoError(t, err)
	assert.Equal(t, session.defaults(), other)
	assert.Contains(t, string(session.generate()), "-ConfigurationName A.B.")
}

func TestGeneratedFileDescribesEverySetting(t *testing.T) {
	content := string(serviceSchema().generate())
	for line := range strings.SplitSeq(content, "\n") {
		assert.LessOrEqual(t, len(line), commentWidth)
	}
	assert.Contains(t, content, `
[Shell]

# How long nothing may be heard from a client before its PowerShell session counts as disconnected
# and others may connect to it. ms, 1000 to 2147483647. Default: 240000.
RobustConnectionTimeoutMs = 240000

# Output of one shell`)
}

func TestDefaults(t *testing.T) {
	assert.Equal(t, Service{
		Administrators: []string{},
		Listener:       Listener{HTTP: ":5985", HTTPS: ":5986"},
		Auth:           Auth{Basic: true, Negotiate: true, Kerberos: true, CbtHardeningLevel: "Relaxed"},
		Limits: ServiceLimits{
			MaxEnvelopeSizekb: 500, MaxTimeoutms: 60000, EnumerationTimeoutms: 240000, MaxBatchItems: 32000,
			MaxConcurrentOperationsPerUser: 1500, MaxPacketRetrievalTimeSeconds: 120, IPv4Filter: "*", IPv6Filter: "*",
		},
		Shell: Shell{RobustConnectionTimeoutMs: 240000, OutputBufferSizeMB: 10, MaxSpoolMB: 1024, MaxTotalSpoolMB: 10240, ReclaimMemoryAfterMs: 60000},
		Winrs: Winrs{
			IdleTimeout: 7200000, MaxConcurrentUsers: 2147483647,
			MaxShellsPerUser: 2147483647, MaxConcurrentCommandsPerShell: 2147483647,
			AllowRemoteShellAccess: true, MaxProcessesPerShell: 2147483647, MaxMemoryPerShellMB: 2147483647,
		},
		Client: Client{
			NetworkDelayms: 5000,
			Auth:           ClientAuth{Basic: true, Digest: true, Kerberos: true, Negotiate: true, Certificate: true},
		},
		Groups: map[string][]string{},
	}, serviceSchema().defaults())
	assert.Equal(t, Session{
		Enabled: true, Plugin: "powershell", Permission: []string{}, ModulesToImport: []string{},
		MaxProcessesPerShell: 2147483647, MaxMemoryPerShellMB: 2147483647, ProcessorWeight: 100, MaxOpenFilesPerShell: 2147483647,
		Environment: map[string]string{}, Windows: map[string]string{},
		IdleTimeoutMs: 7200000, MaxIdleTimeoutMs: 2147483647, OutputBufferingMode: "Block",
		EngineArguments: []string{},
		MaxShells:       2147483647, MaxShellsPerUser: 2147483647, MaxConcurrentUsers: 2147483647,
		MaxConcurrentCommandsPerShell: 2147483647,
		MaximumReceivedObjectSizeMB:   10, MaximumReceivedDataSizePerCommandMB: 50,
	}, sessionSchema("x").defaults())
}
