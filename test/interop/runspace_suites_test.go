package interop

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	suiteRequirements = "requirements-suites.txt"
	suiteSources      = "testdata/runspace-suites-sources.txt"
	suiteExceptions   = "testdata/runspace-suites-exceptions.txt"
	suitePlugin       = "runspace_suites"
	// suiteTimeout is how long a suite may take, on a machine that does much else.
	suiteTimeout = 10 * time.Minute
)

// suites is a directory with a Python that has what the suites want, and their
// sources. It is made once for each content of these files and kept below .cache.
var suites = sync.OnceValues(func() (string, error) {
	root, err := repositoryRoot()
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	for _, name := range []string{"requirements.txt", suiteRequirements, suiteSources} {
		content, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		hash.Write(content)
	}
	directory := filepath.Join(root, ".cache", fmt.Sprintf("suites-%.6x", hash.Sum(nil)))
	mark := filepath.Join(directory, "complete")
	if _, err := os.Stat(mark); err == nil {
		return directory, nil
	}
	if err := makeEnvironment(directory, []string{"requirements.txt", suiteRequirements}); err != nil {
		return "", err
	}
	// pip checks the hashes.
	err = runTool(environmentProgram(directory), "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
		"--no-binary", "psrpcore,pypsrp", "--require-hashes", "--dest", directory, "-r", suiteSources)
	if err != nil {
		return "", err
	}
	archives, err := filepath.Glob(filepath.Join(directory, "*.tar.gz"))
	if err != nil {
		return "", err
	}
	for _, archive := range archives {
		if err := unpack(archive, directory); err != nil {
			return "", fmt.Errorf("%s: %w", filepath.Base(archive), err)
		}
	}
	return directory, os.WriteFile(mark, nil, 0o600)
})

// unpack writes the files of a .tar.gz below a directory, and nowhere else.
func unpack(archive, directory string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	compressed, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(directory)
	if err != nil {
		return err
	}
	defer root.Close()
	for r := tar.NewReader(compressed); ; {
		header, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case header.Typeflag != tar.TypeReg:
			continue
		}
		if err := root.MkdirAll(filepath.Dir(header.Name), 0o700); err != nil {
			return err
		}
		to, err := root.Create(header.Name)
		if err != nil {
			return err
		}
		_, err = io.Copy(to, r) //nolint:gosec // its hash is known
		if err := errors.Join(err, to.Close()); err != nil {
			return err
		}
	}
}

// exceptions are the tests that must fail, by suite and name.
func exceptions(t *testing.T) map[string]bool {
	t.Helper()
	file, err := os.Open(suiteExceptions)
	require.NoError(t, err)
	defer file.Close()
	all := map[string]bool{}
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		line := scanner.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, _ := strings.Cut(line, ": ")
		assert.NotEmpty(t, reason, "%s has no reason", name)
		assert.False(t, all[name], "%s stands twice in %s", name, suiteExceptions)
		all[name] = true
	}
	return all
}

// suiteOutcome is what runspace_suites.py tells of a test.
type suiteOutcome struct{ Name, Outcome, Reason string }

// TestRunspaceSuites runs pypsrp's live tests, and psrpcore's integration tests of
// its client, against an engine in Go.
func TestRunspaceSuites(t *testing.T) {
	t.Parallel()
	s := start(t, setup{arguments: append(withoutEngine(t), "--demo")})
	directory, err := suites()
	need(t, err)
	expected := exceptions(t)
	for _, user := range []string{"bob", "carol"} { // some count the sessions of their user
		s.addUser(t, user)
	}
	t.Run("suites", func(t *testing.T) {
		for suite, user := range map[string]string{"pypsrp-0.9.1": "bob", "psrpcore-0.3.1": "carol"} {
			name, _, _ := strings.Cut(suite, "-")
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				outcomes := s.client().over("https").as(user).suite(t, filepath.Join(directory, suite))
				passed := 0
				seen := map[string]bool{}
				for _, o := range outcomes {
					full := name + " " + o.Name
					seen[full] = true
					assert.NotEqual(t, "skipped", o.Outcome, "%s: %s", full, o.Reason)
					if expected[full] {
						assert.NotEqual(t, "passed", o.Outcome, "%s passes: take it from %s", full, suiteExceptions)
						continue
					}
					assert.Equal(t, "passed", o.Outcome, "%s: %s", full, o.Reason)
					passed++
				}
				for full := range expected {
					assert.True(t, seen[full] || !strings.HasPrefix(full, name+" "), "%s stands in %s and was not run", full, suiteExceptions)
				}
				t.Logf("%d tests passed, %d are excepted", passed, len(outcomes)-passed)
				assert.NotZero(t, passed)
			})
		}
	})
}

// suite runs the tests below a directory as one user and returns what became of
// each. pytest's own status says no more.
func (c client) suite(t *testing.T, directory string) []suiteOutcome {
	t.Helper()
	_, http, err := net.SplitHostPort(c.server.addresses["http"])
	require.NoError(t, err)
	_, https, err := net.SplitHostPort(c.server.addresses["https"])
	require.NoError(t, err)
	plugins, err := filepath.Abs("python")
	require.NoError(t, err)
	results := filepath.Join(t.TempDir(), "outcomes")

	ctx, cancel := context.WithTimeout(t.Context(), suiteTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, environmentProgram(filepath.Dir(directory)), "-m", "pytest", "-p", suitePlugin,
		"-p", "no:cacheprovider", "-q", "--tb=short", "-W", "ignore",
		"--ignore=tests/tests_pypsrp/test_shell.py", "--ignore=tests/tests_pypsrp/test_wsman.py", "tests")
	command.Dir = directory
	command.Env = append(os.Environ(),
		"PYTHONPATH="+plugins, "PYTHONDONTWRITEBYTECODE=1", "PYTHONUTF8=1", "WINRMD_OUTCOMES="+results,
		"WINRMD_SCHEME=https", "WINRMD_PORT="+https, "WINRMD_USER="+c.user, "WINRMD_PASSWORD="+c.password,
		"PYPSRP_RUN_INTEGRATION=yes", "PYPSRP_SERVER=127.0.0.1", "PYPSRP_USERNAME="+c.user, "PYPSRP_PASSWORD="+c.password,
		"PYPSRP_AUTH=basic", "PYPSRP_PORT="+https, "PYPSRP_HTTP_PORT="+http, "PYPSRP_HTTPS_PORT="+https, "NO_PROXY=127.0.0.1")
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) { // 1: some tests have failed
		require.NoError(t, err, "pytest:\n%s", output)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("pytest:\n%s", output)
		}
	})
	content, err := os.ReadFile(results)
	require.NoError(t, err, "pytest:\n%s", output)
	var all []suiteOutcome
	for line := range strings.Lines(string(content)) {
		var one suiteOutcome
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		all = append(all, one)
	}
	return all
}
