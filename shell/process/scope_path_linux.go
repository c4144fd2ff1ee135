package process

import (
	"fmt"
	"path/filepath"
)

// ScopePath is the Path of the scope that NewScope of this process makes for a
// name, whether it is there or not. Its error is ErrNoCgroup where there can be
// none.
func ScopePath(name string) (string, error) {
	if !isScope(scopePrefix + name) {
		return "", fmt.Errorf("%q cannot be the name of a scope", name)
	}
	parent, err := scopesDirectory()
	if err != nil {
		return "", err
	}
	return filepath.Join(parent, scopePrefix+name), nil
}
