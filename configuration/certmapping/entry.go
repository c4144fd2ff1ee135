package certmapping

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/users"
)

// Entry says which user a certificate stands for. The fields are those of
// WinRM's winrm/config/service/certmapping; package certificate says what they
// match.
type Entry struct {
	Subject string
	Issuer  string
	URI     string
	Enabled bool
	User    string
}

// document is the file as TOML. What may be left out is a pointer.
type document struct {
	Mapping []struct {
		Subject string
		Issuer  string
		URI     *string
		Enabled *bool
		User    string
	}
}

// parse reads the file's content. An error is a configuration.FileError.
func parse(path string, content []byte) ([]Entry, error) {
	var d document
	if err := toml.NewDecoder(bytes.NewReader(content)).DisallowUnknownFields().Decode(&d); err != nil {
		return nil, fileError(path, err)
	}
	all := make([]Entry, 0, len(d.Mapping))
	for i, m := range d.Mapping {
		e := Entry{Subject: m.Subject, Issuer: cleanThumbprint(m.Issuer), URI: "*", Enabled: true, User: m.User}
		if m.URI != nil {
			e.URI = *m.URI
		}
		if m.Enabled != nil {
			e.Enabled = *m.Enabled
		}
		if err := e.check(); err != nil {
			return nil, &configuration.FileError{File: path, Key: fmt.Sprintf("Mapping %d (%s)", i+1, m.User), Err: err}
		}
		all = append(all, e)
	}
	return all, nil
}

// cleanThumbprint takes out what tools put between the digits.
func cleanThumbprint(s string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", ":", "").Replace(s))
}

func (e *Entry) check() error {
	digits, err := hex.DecodeString(e.Issuer)
	switch {
	case e.Subject == "":
		//nolint:staticcheck // it begins with the name of the key
		return errors.New("Subject: empty; * stands for every certificate with a user principal name")
	case err != nil || len(digits) != 0 && len(digits) != 20 && len(digits) != 32:
		//nolint:staticcheck // it begins with the name of the key
		return errors.New("Issuer: neither a SHA-1 thumbprint of 40 nor a SHA-256 one of 64 hexadecimal digits")
	case e.URI == "":
		return errors.New("URI: empty; * stands for every resource")
	case e.URI != "*" && strings.Contains(e.URI, "*"):
		return errors.New("URI: either * or the beginning of the URI of a resource, without *")
	}
	return users.CheckName(e.User)
}

// fileError says where the TOML is wrong.
func fileError(path string, err error) error {
	e := &configuration.FileError{File: path, Err: err}
	var unknown *toml.StrictMissingError
	var one *toml.DecodeError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		one = &unknown.Errors[0]
		e.Err = one
	}
	if one != nil || errors.As(err, &one) {
		e.Line, e.Column = one.Position()
		e.Key = strings.Join(one.Key(), ".")
	}
	return e
}
