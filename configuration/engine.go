package configuration

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// DefaultEngine is the engine where no setting names one, found on PATH.
const DefaultEngine = "pwsh"

// Engine is the engine of a session configuration: its own, else the one of its
// PSVersion if that is installed, else the service's, else DefaultEngine.
func (s *Service) Engine(of Session) string {
	if of.EnginePath != "" {
		return of.EnginePath
	}
	if engine := versionEngine(runtime.GOOS, of.PSVersion); engine != "" {
		if _, err := exec.LookPath(engine); err == nil {
			return engine
		}
	}
	if s.PowerShell.Path != "" {
		return s.PowerShell.Path
	}
	return DefaultEngine
}

// lastWindowsPowerShell is the major version of the last that came with
// Windows.
const lastWindowsPowerShell = 5

// versionEngine is where the engine of a version is installed: Windows
// PowerShell, or a PowerShell from its own package, which has one directory for
// each major version. Empty means wherever the service's is.
func versionEngine(system, version string) string {
	major, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(major)
	switch {
	case err != nil:
		return ""
	case n <= lastWindowsPowerShell:
		if system == "windows" {
			return "powershell"
		}
		return ""
	case system == "windows":
		return filepath.Join(os.Getenv("ProgramFiles"), "PowerShell", major, "pwsh.exe")
	case system == "darwin":
		return "/usr/local/microsoft/powershell/" + major + "/pwsh"
	}
	return "/opt/microsoft/powershell/" + major + "/pwsh"
}
