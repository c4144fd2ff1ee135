//go:build linux

package cmdlets

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/winrmd/winrmd/test/daemon"
)

// unixHost is the host with the Unix build of the engine: the server's engine, and
// a client.
var unixHost = sync.OnceValues(daemon.Engine)

// snapIns are assemblies that the Windows build wants to have beside it when a
// cmdlet starts a pipeline of its own, as Get-PSSession -ComputerName does, and
// that the host has not. Nothing in them is needed.
var snapIns = []string{"Microsoft.PowerShell.Commands.Diagnostics.dll", "Microsoft.WSMan.Management.dll"}

// windowsHost is a copy of the host with the Windows build of the engine, and
// something for each of the snapIns.
var windowsHost = sync.OnceValues(func() (string, error) {
	unix, err := unixHost()
	if err != nil {
		return "", err
	}
	original := filepath.Join(filepath.Dir(filepath.Dir(unix)), "windows")
	if _, err := os.Stat(filepath.Join(original, "pshost")); err != nil {
		return "", fmt.Errorf("the host with the engine's Windows build: %w", daemon.ErrMissing)
	}
	directory := filepath.Join(workDirectory, "windows")
	if err := link(directory, original); err != nil {
		return "", err
	}
	for _, name := range snapIns {
		if err := copyFile(filepath.Join(directory, name), filepath.Join(original, "Microsoft.PowerShell.ConsoleHost.dll")); err != nil {
			return "", err
		}
	}
	return filepath.Join(directory, "pshost"), nil
})

// link makes a tree of the files of another: the same ones where the file system
// can do that, and else copies.
func link(to, from string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if entry.IsDir() {
			return os.Mkdir(target, 0o700)
		}
		if os.Link(path, target) == nil {
			return nil
		}
		return copyFile(target, path)
	})
}

func copyFile(to, from string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o700) //nolint:gosec // it may be a program
}

// moduleLoader loads the files of the module WinRMD as texts. In the Windows build
// a script file that calls into a library is looked up in the catalogues of
// Windows, which are not there.
const moduleLoader = `foreach ($directory in 'Private', 'Public') {
    foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($env:WINRMD_TEST_MODULE, $directory), '*.ps1')) {
        . ([scriptblock]::Create([System.IO.File]::ReadAllText($file)))
    }
}
`

// modules is a directory with the module WinRMD.
var modules = sync.OnceValues(func() (string, error) {
	directory := filepath.Join(workDirectory, "modules", "WinRMD")
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return "", err
	}
	if err := copyFile(filepath.Join(directory, "WinRMD.psd1"), filepath.Join(moduleDirectory, "WinRMD.psd1")); err != nil {
		return "", err
	}
	err := os.WriteFile(filepath.Join(directory, "WinRMD.psm1"), []byte(moduleLoader), 0o600)
	return filepath.Dir(directory), err
})

const moduleDirectory = "../../powershell/WinRMD"

// environment is that of a client.
func environment(t *testing.T) []string {
	t.Helper()
	client, err := library()
	daemon.Need(t, err)
	path, err := modules()
	daemon.Need(t, err)
	module, err := filepath.Abs(moduleDirectory)
	daemon.Need(t, err)
	return append(os.Environ(),
		"PSHOST_WSMAN_CLIENT="+client, "PSModulePath="+path, "WINRMD_TEST_MODULE="+module,
		"PSExecutionPolicyPreference=Bypass", "DOTNET_TieredPGO=0",
	)
}
