package clients

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/winrmd/winrmd/test/daemon"
)

const (
	// tries is how often something is fetched: registries have their moments.
	tries = 3
	// buildTimeout is for one try, on a machine that does much else.
	buildTimeout = 10 * time.Minute
)

// builds say how the program of a directory is made: make builds it in a
// directory of its own, and command is the command line that then starts it.
var builds = map[string]struct {
	needs   []string
	make    func(b *build) error
	command func(b *build) []string
}{
	"masterzen": {
		needs:   []string{"go"},
		make:    func(b *build) error { return b.run(b.source, nil, "go", "build", "-o", b.in("client"), ".") },
		command: func(b *build) []string { return []string{b.in("client")} },
	},
	"pywinrm": {
		needs: []string{"python3"},
		make:  makePython,
		command: func(b *build) []string {
			return []string{b.in("venv", "bin", "python"), filepath.Join(b.source, "main.py")}
		},
	},
	"node": {
		needs: []string{"node", "npm"},
		make: func(b *build) error {
			for _, name := range []string{"package.json", "package-lock.json", "main.js"} {
				content, err := os.ReadFile(filepath.Join(b.source, name))
				if err != nil {
					return err
				}
				if err := os.WriteFile(b.in(name), content, 0o600); err != nil {
					return err
				}
			}
			return b.run(b.directory, nil, "npm", "ci", "--no-audit", "--no-fund")
		},
		command: func(b *build) []string { return []string{"node", b.in("main.js")} },
	},
	"winrm4j": {
		needs: []string{"mvn", "java", "javac"},
		make: func(b *build) error {
			err := b.run(b.source, nil, "mvn", "--batch-mode", "--quiet",
				"org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies", "-DoutputDirectory="+b.in("lib"))
			if err != nil {
				return err
			}
			return b.run(b.source, nil, "javac", "-proc:none", "-cp", b.in("lib", "*"), "-d", b.in("classes"), "Main.java")
		},
		command: func(b *build) []string {
			path := b.in("classes") + string(os.PathListSeparator) + b.in("lib", "*")
			// It runs for a moment: the good compiler would not pay.
			return []string{"java", "-XX:TieredStopAtLevel=1", "-cp", path, "Main"}
		},
	},
	"rust": {
		needs: []string{"cargo"},
		make: func(b *build) error {
			return b.run(b.source, []string{"CARGO_TARGET_DIR=" + b.in("target")}, "cargo", "build", "--locked", "--quiet")
		},
		command: func(b *build) []string { return []string{b.in("target", "debug", "clients-rust")} },
	},
}

// build is the program of a client being made.
type build struct {
	source, directory string
}

// in is a path in the directory that it is made in.
func (b *build) in(elements ...string) string {
	return filepath.Join(append([]string{b.directory}, elements...)...)
}

// programs are functions that return the command line of a client's program, and
// make it at the first call.
var programs = func() map[string]func() ([]string, error) {
	all := make(map[string]func() ([]string, error))
	for name := range builds {
		all[name] = sync.OnceValues(func() ([]string, error) { return program(name) })
	}
	return all
}()

// program returns the command line that starts a client's program, which it
// makes where there is none of the same source.
func program(name string) ([]string, error) {
	how := builds[name]
	for _, tool := range how.needs {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("%s, for the client in %s: %w", tool, name, daemon.ErrMissing)
		}
	}
	source, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	if offered := os.Getenv("WINRMD_TEST_PYTHON"); name == "pywinrm" && offered != "" {
		return []string{offered, filepath.Join(source, "main.py")}, nil
	}
	sum, err := sumOf(source)
	if err != nil {
		return nil, err
	}
	b := &build{source: source, directory: filepath.Join(source, "..", "..", "..", ".cache", "clients", name+"-"+sum)}
	// The mark is written last: a directory without it was cut off.
	mark := b.in("complete")
	if _, err := os.Stat(mark); err == nil {
		return how.command(b), nil
	}
	if err := os.MkdirAll(b.directory, 0o755); err != nil {
		return nil, err
	}
	for range tries {
		if err = how.make(b); err == nil {
			return how.command(b), os.WriteFile(mark, nil, 0o600)
		}
	}
	return nil, fmt.Errorf("the client in %s, tried %d times: %w", name, tries, err)
}

// sumOf is a sum over the files of a directory.
func sumOf(directory string) (string, error) {
	h := sha256.New()
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(h, "%s %d\n%s", entry.Name(), len(content), content)
		return err
	})
	return fmt.Sprintf("%.6x", h.Sum(nil)), err
}

// run runs a program and puts its output into the error if it fails.
func (b *build) run(directory string, environment []string, name string, arguments ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), buildTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, name, arguments...)
	command.Dir = directory
	command.Env = append(os.Environ(), environment...)
	command.WaitDelay = time.Second
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, errors.Join(err, ctx.Err()), output)
	}
	return nil
}

// makePython makes the environment of the interop tests, which have pywinrm.
func makePython(b *build) error {
	if err := b.run(b.source, nil, "python3", "-m", "venv", b.in("venv")); err != nil {
		return err
	}
	requirements := filepath.Join(b.source, "..", "..", "interop", "requirements.txt")
	return b.run(b.source, nil, b.in("venv", "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)
}
