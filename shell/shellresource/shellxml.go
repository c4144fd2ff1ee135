package shellresource

import (
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/wsman"
)

// namespaceDetails is that of elements which are winrmd's own.
const namespaceDetails = "https://github.com/winrmd/winrmd/details"

// report says what an rsp:Shell is written for.
type report int

const (
	reportCreate  report = iota // the answer to Create
	reportGet                   // Get and Enumerate: with what is only known later
	reportDetails               // with our own counts
)

// shellElement is a shell as an instance of the resource (MS-WSMV 2.2.4.37),
// the children in the order in which Windows has them.
func shellElement(info shell.Info, what report) *etree.Element {
	e := etree.NewElement("rsp:Shell")
	add := func(name, value string) {
		if value != "" {
			e.CreateElement("rsp:" + name).SetText(value)
		}
	}
	add("ShellId", info.ShellID)
	add("Name", info.Name)
	add("ResourceUri", info.ResourceURI)
	add("Owner", info.Owner)
	add("ClientIP", info.ClientIP)
	if info.ProcessID > 0 {
		add("ProcessId", strconv.Itoa(info.ProcessID))
	}
	addEnvironment(e, info.Environment)
	add("WorkingDirectory", info.WorkingDirectory)
	add("IdleTimeOut", wsman.FormatSeconds(info.IdleTimeout))
	add("InputStreams", strings.Join(info.InputStreams, " "))
	add("OutputStreams", strings.Join(info.OutputStreams, " "))
	if info.Disconnectable || kindOf(info.ResourceURI) == kindPowerShell {
		addDisconnectable(add, info)
	} else if info.Compression != "" {
		// Recorded command shells, none of which is compressed, have none of
		// these; but a client can only know by it that it was given what it asked for.
		add("CompressionMode", compressionMode(info.Compression))
	}
	add("ShellRunTime", wsman.FormatRunTime(info.RunTime))
	add("ShellInactivity", wsman.FormatRunTime(info.Inactivity))
	if what >= reportGet {
		addUsage(add, info.ProcessID)
	}
	if what == reportDetails {
		addDetails(e, info)
	}
	return e
}

// addUsage adds what the shell's process uses, where that can be known.
func addUsage(add func(name, value string), pid int) {
	if memory, children, ok := process.Usage(pid); ok {
		add("MemoryUsed", strconv.FormatInt(memory>>20, 10)+"MB")
		add("ChildProcesses", strconv.Itoa(children))
	}
}

func addEnvironment(e *etree.Element, variables []shell.Variable) {
	if len(variables) == 0 {
		return
	}
	environment := e.CreateElement("rsp:Environment")
	for _, v := range variables {
		one := environment.CreateElement("rsp:Variable")
		one.CreateAttr("Name", v.Name)
		one.SetText(v.Value)
	}
}

// addDisconnectable adds what a client needs to know to come back.
func addDisconnectable(add func(name, value string), info shell.Info) {
	add("MaxIdleTimeOut", wsman.FormatSeconds(info.MaxIdleTimeout))
	add("Locale", info.Locale)
	add("DataLocale", info.DataLocale)
	add("CompressionMode", compressionMode(info.Compression))
	add("ProfileLoaded", yesNo(!info.NoProfile))
	add("Encoding", info.Encoding)
	add("BufferMode", info.BufferMode.String())
	add("State", info.State.String())
}

func addDetails(e *etree.Element, info shell.Info) {
	details := e.CreateElement("d:Details")
	details.CreateAttr("xmlns:d", namespaceDetails)
	details.CreateElement("d:BufferedBytes").SetText(strconv.Itoa(info.BufferedBytes))
	details.CreateElement("d:DroppedMessages").SetText(strconv.FormatInt(info.DroppedMessages, 10))
}

func compressionMode(algorithm string) string {
	if algorithm == compressionXpress {
		return "XpressCompression"
	}
	return "NoCompression"
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

// resourceCreated is the x:ResourceCreated that says where the new shell is.
func resourceCreated(r *wsman.Request, info shell.Info) *etree.Element {
	e := etree.NewElement("x:ResourceCreated")
	reference(e, r, info)
	return e
}

// reference adds the parts of an endpoint reference to a shell.
func reference(e *etree.Element, r *wsman.Request, info shell.Info) {
	e.CreateElement("a:Address").SetText(r.Header.To)
	parameters := e.CreateElement("a:ReferenceParameters")
	parameters.CreateElement("w:ResourceURI").SetText(info.ResourceURI)
	selector := parameters.CreateElement("w:SelectorSet").CreateElement("w:Selector")
	selector.CreateAttr("Name", "ShellId")
	selector.SetText(info.ShellID)
}
