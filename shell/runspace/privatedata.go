package runspace

import (
	"runtime"
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// engine is what $PSVersionTable says that this is, so that no script takes it
// for PowerShell.
const engine = "winrmd runspace: commands written in Go, not PowerShell"

// versionTable is $PSVersionTable. PSVersion is that of the PowerShell whose
// remoting it is like: 3.0 brought disconnected sessions.
func (p *Plugin) versionTable() *clixml.Object {
	versions := clixml.List{}
	for _, text := range []string{"2.0", "3.0"} {
		versions = append(versions, version(text))
	}
	entries := clixml.Dictionary{
		{Key: clixml.String("PSVersion"), Value: version("3.0")},
		{Key: clixml.String("PSEdition"), Value: clixml.String("Go")},
		{Key: clixml.String("Engine"), Value: clixml.String(engine)},
		{Key: clixml.String("Product"), Value: clixml.String(strings.TrimSpace(p.config.Product + " " + p.config.Version))},
		{Key: clixml.String("GoVersion"), Value: clixml.String(runtime.Version())},
		{Key: clixml.String("OS"), Value: clixml.String(runtime.GOOS + "/" + runtime.GOARCH)},
		{Key: clixml.String("PSCompatibleVersions"), Value: &clixml.Object{
			TypeNames: []string{"System.Version[]", "System.Array", "System.Object"}, Base: versions,
		}},
		{Key: clixml.String("WSManStackVersion"), Value: version("3.0")},
		{Key: clixml.String("PSRemotingProtocolVersion"), Value: version(psrp.ServerVersion)},
		{Key: clixml.String("SerializationVersion"), Value: version("1.1.0.1")},
	}
	return clixml.NewPrimitiveDictionary(entries...)
}

// privateData is the content of APPLICATION_PRIVATE_DATA (2.2.2.13).
func (p *Plugin) privateData() *clixml.Object {
	return bag(property("ApplicationPrivateData", clixml.NewPrimitiveDictionary(
		clixml.Entry{Key: clixml.String("PSVersionTable"), Value: p.versionTable()},
	)))
}

// version is a constant as a Version.
func version(text string) clixml.Version {
	v, err := clixml.ParseVersion(text)
	if err != nil {
		panic(err)
	}
	return v
}
