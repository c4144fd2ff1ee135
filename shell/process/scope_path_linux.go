package process

import "fmt"

// ScopePath is the Path of the scope of a name: of the unit, if systemd has made
// one, or else of the scope that NewScope of this process makes, whether it is there
// or not. Its error is ErrNoCgroup where there can be
// none.
func ScopePath(name string) (string, error) {
	if !isScopeName(name) {
		return "", fmt.Errorf("%q cannot be the name of a scope", name)
	}
	parent, err := scopesDirectory()
	if err != nil {
		return "", err
	}
	return place{parent: parent, unified: true}.groupOf(name), nil
}
