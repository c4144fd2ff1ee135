package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// named is a connection in the configuration file:
//
//	[connections.build]
//	URL = "https://build.example:5986/wsman"
//	Username = "ann"
//	Password = { Command = ["pass", "show", "build"] }
//
// A secret is never in the file, only where to get it.
type named struct {
	settings settings
	secret   secret
}

// secret says where a password is: in a file, in a variable of the environment,
// or what a program prints; its first line.
type secret struct {
	File    string
	Env     string
	Command []string
}

// entry is a named connection as the file has it.
type entry struct {
	URL, Username, Auth            string
	CA, Certificate, Key           string
	ServerName, ServiceName, Proxy string
	Insecure, AllowUnencrypted     bool
	Password                       secret
}

type connectionsFile struct {
	Connections map[string]entry `toml:"connections"`
}

// maxConfig bounds what is read as a configuration file.
const maxConfig = 1 << 20

// load reads the named connection; an empty one where none is named.
func (c *connection) load() (*named, error) {
	name := orElse(c.name, os.Getenv("WINRM_CONNECTION"))
	if name == "" {
		return &named{}, nil
	}
	path, err := c.path()
	if err != nil {
		return nil, err
	}
	file, err := readConnections(path)
	if err != nil {
		return nil, err
	}
	e, ok := file.Connections[name]
	if !ok {
		return nil, usage("%s has no connection %q", path, name)
	}
	return &named{secret: e.Password, settings: settings{
		URL: e.URL, Username: e.Username, Auth: e.Auth, CA: e.CA, Certificate: e.Certificate, Key: e.Key,
		ServerName: e.ServerName, ServiceName: e.ServiceName, Proxy: e.Proxy,
		Insecure: e.Insecure, AllowUnencrypted: e.AllowUnencrypted,
	}}, nil
}

// path is where the configuration file is.
func (c *connection) path() (string, error) {
	if path := orElse(c.file, os.Getenv("WINRM_CONFIG")); path != "" {
		return path, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "winrm", "connections.toml"), nil
}

// readConnections reads a configuration file strictly.
func readConnections(path string) (*connectionsFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	if info.Size() > maxConfig {
		return nil, fmt.Errorf("%s has more than %d bytes", path, maxConfig)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file connectionsFile
	err = toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&file)
	var unknown *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		line, column := unknown.Errors[0].Position()
		return nil, fmt.Errorf("%s:%d:%d: unknown key %s", path, line, column, strings.Join(unknown.Errors[0].Key(), "."))
	case errors.As(err, &wrong):
		line, column := wrong.Position()
		return nil, fmt.Errorf("%s:%d:%d: %w", path, line, column, err)
	}
	return &file, err
}

// names are the named connections, for completion.
func (c *connection) names() []string {
	path, err := c.path()
	if err != nil {
		return nil
	}
	file, err := readConnections(path)
	if err != nil {
		return nil
	}
	var all []string
	for name := range file.Connections {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// secretTimeout is how long a program may take to say a password: it may have
// to ask somebody.
const secretTimeout = 2 * time.Minute

// password gets the password from where the file says it is; ok is false where
// it says nothing.
func (n *named) password(ctx context.Context) (password string, ok bool, err error) {
	s := n.secret
	switch {
	case s.Env != "":
		password, ok = os.LookupEnv(s.Env)
		if !ok {
			return "", true, fmt.Errorf("the password is in the variable %s, which is not set", s.Env)
		}
		return password, true, nil
	case s.File != "":
		info, err := os.Stat(s.File)
		if err == nil && info.Size() > maxPassword {
			err = fmt.Errorf("%s has more than %d bytes", s.File, maxPassword)
		}
		var text []byte
		if err == nil {
			text, err = os.ReadFile(s.File)
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("the file of the password: %w", err)
		}
		return firstLine(text), true, err
	case len(s.Command) > 0:
		ctx, cancel := context.WithTimeout(ctx, secretTimeout)
		defer cancel()
		cmd := exec.CommandContext(ctx, s.Command[0], s.Command[1:]...)
		cmd.Stderr = os.Stderr
		text, err := cmd.Output()
		if err != nil {
			err = fmt.Errorf("the program that says the password: %w", err)
		}
		return firstLine(text), true, err
	}
	return "", false, nil
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(line, "\r")
}
