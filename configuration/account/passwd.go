package account

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var errNoEntry = errors.New("that is no entry of passwd")

// parseEntry reads a line of passwd(5).
func parseEntry(line string) (*Account, error) {
	const fieldCount = 7
	line = strings.TrimSuffix(line, "\n")
	fields := strings.Split(line, ":")
	if len(fields) != fieldCount || fields[0] == "" || strings.ContainsRune(line, '\n') {
		return nil, errNoEntry
	}
	a := &Account{Name: fields[0], Home: fields[5], Shell: fields[6]}
	var err error
	if a.UID, err = parseID(fields[2]); err == nil {
		a.GID, err = parseID(fields[3])
	}
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", a.Name, err)
	}
	return a, nil
}

// parseID reads the number of an account or group.
func parseID(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err == nil && n == 1<<32-1 {
		err = errors.New("-1 is nobody's number") // to setuid it means: none
	}
	return int(n), err
}

// parseGroups reads what id -G says.
func parseGroups(text string) ([]int, error) {
	var all []int
	for field := range strings.FieldsSeq(text) {
		gid, err := parseID(field)
		if err != nil {
			return nil, err
		}
		all = append(all, gid)
	}
	return all, nil
}
