package users

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
)

const heading = `# The users of winrmd. Change it with: winrmd user add|set|list|remove
#
# Account is the local account that the user's sessions run as. Where it is
# missing, that is the account of the same name, if there is such an account.
#
# Password is an argon2id hash: whoever reads it has to guess the password.
# NTHash is not like that. Over NTLM it is as good as the password: whoever reads
# it can log on with it, and short passwords are found from it within hours.
# NTLM and CredSSP need it. To leave it out: winrmd user add --ntlm=false
`

// document is the users file as TOML.
type document struct {
	User []record
}

// record is one user in the file.
type record struct {
	Name     string
	Password string // PHC string
	NTHash   string `toml:",omitempty"` // hexadecimal; only where NTLM is wanted
	Account  string `toml:",omitempty"` // of the machine; empty: what is found by Name

	hash   passwordHash
	ntHash *ntHash
	// accountSet is true where Account is to take the place of the one before.
	accountSet bool
}

// parse reads the file's content. An error is a configuration.FileError and
// never shows a password.
func parse(path string, content []byte) (document, error) {
	var d document
	if err := toml.NewDecoder(bytes.NewReader(content)).DisallowUnknownFields().Decode(&d); err != nil {
		return document{}, fileError(path, err)
	}
	seen := map[string]bool{}
	for i := range d.User {
		u := &d.User[i]
		key := configuration.FoldName(u.Name)
		err := CheckName(u.Name)
		if err == nil && seen[key] {
			err = errors.New("the user is there twice")
		}
		if err == nil {
			u.hash, err = parseHash(u.Password)
		}
		if err == nil && u.NTHash != "" {
			u.ntHash, err = parseNTHash(u.NTHash)
		}
		if err == nil && u.Account != "" {
			err = account.CheckName(u.Account)
		}
		if err != nil {
			return document{}, &configuration.FileError{File: path, Key: fmt.Sprintf("User %d (%s)", i+1, u.Name), Err: err}
		}
		seen[key] = true
	}
	return d, nil
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

// encode is the file's content.
func (d document) encode() ([]byte, error) {
	body, err := toml.Marshal(d)
	return append([]byte(heading), body...), err
}

// find is the index of a user; -1 if there is none.
func (d document) find(name string) int {
	return slices.IndexFunc(d.User, func(r record) bool { return strings.EqualFold(r.Name, name) })
}

func (r *record) user() User { return User{Name: r.Name, NTLM: r.NTHash != "", Account: r.Account} }

// credential changes whenever the entry does: a new password has a new salt. An
// entry without an NT hash or an account has the one it had before there were any.
func (r *record) credential() Credential {
	text := r.Name + "\x00" + r.Password
	if r.NTHash != "" {
		text += "\x00" + r.NTHash
	}
	if r.Account != "" {
		text += "\x00\x00" + r.Account // no NT hash is empty
	}
	sum := sha256.Sum256([]byte(text))
	return Credential(base64.RawStdEncoding.EncodeToString(sum[:]))
}
