package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
)

// changes are what the flags of a command ask for. They are made together, so
// that settings which limit each other may be given in any order.
type changes struct {
	edits   []func(*configuration.Session) error
	sources map[string]string // the flag that has set a key
}

// errNoChange says that no flag asks for anything.
var errNoChange = errors.New("nothing to set: see winrmd configuration set --help")

// readChanges reads the flags of settingFlags.
func readChanges(cmd *cobra.Command) (*changes, error) {
	c := &changes{sources: map[string]string{}}
	settings := settingsByKey()
	for _, p := range parameters() {
		flag := cmd.Flags().Lookup(p.flag)
		if !flag.Changed {
			continue
		}
		value, err := p.read(&p, settings[p.setting], texts(flag))
		if err != nil {
			return nil, fmt.Errorf("--%s: %s: %w", p.flag, p.setting, err)
		}
		if err := c.add(p.setting, "--"+p.flag, assign(p.setting, value)); err != nil {
			return nil, err
		}
	}
	for _, text := range texts(cmd.Flags().Lookup("environment")) {
		if err := c.addVariable(text); err != nil {
			return nil, err
		}
	}
	for _, text := range texts(cmd.Flags().Lookup("set")) {
		if err := c.addSetting(text, settings); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// add adds the change of one key, which may come once.
func (c *changes) add(key, source string, edit func(*configuration.Session) error) error {
	if before, twice := c.sources[key]; twice {
		return fmt.Errorf("%s is set twice, by %s and %s", key, before, source)
	}
	c.sources[key] = source
	c.edits = append(c.edits, edit)
	return nil
}

// addVariable reads NAME=VALUE, or NAME for one to be taken out.
func (c *changes) addVariable(text string) error {
	name, value, ok := strings.Cut(text, "=")
	const table = "Environment"
	if name == "" {
		return fmt.Errorf("--environment: %s: %q is not NAME=VALUE", table, text)
	}
	edit := withMember(table, name, value)
	if !ok {
		edit = withoutMember(table, name)
	}
	return c.add(table+"."+name, "--environment", edit)
}

// addSetting reads KEY=VALUE, or TABLE.NAME=VALUE for one member of a table.
func (c *changes) addSetting(text string, settings map[string]configuration.Setting) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("--set: %q is not KEY=VALUE", text)
	}
	table, name, member := strings.Cut(key, ".")
	for _, s := range settings {
		switch {
		case strings.EqualFold(s.Key(), key):
			v, err := s.Parse(value)
			if fileExtensions[s.Key()] != "" {
				v, err = readPath(nil, s, []string{value})
			}
			if err != nil && strings.HasPrefix(s.Type, "table") {
				err = fmt.Errorf("it is a table: say %s.NAME=VALUE", s.Key())
			}
			if err != nil {
				return fmt.Errorf("--set: %s: %w", s.Key(), err)
			}
			return c.add(s.Key(), "--set", assign(s.Key(), v))
		case member && name != "" && strings.EqualFold(s.Key(), table) && s.Type == "table of texts":
			return c.add(s.Key()+"."+name, "--set", withMember(s.Key(), name, value))
		}
	}
	return fmt.Errorf("--set: %s: %w", key, configuration.ErrNoSetting)
}

// apply makes the changes in t.
func (c *changes) apply(t *configuration.Session) error {
	for _, edit := range c.edits {
		if err := edit(t); err != nil {
			return err
		}
	}
	return nil
}

// touched reports whether a setting is among the changes.
func (c *changes) touched(key string) bool {
	for k := range c.sources {
		if k == key || strings.HasPrefix(k, key+".") {
			return true
		}
	}
	return false
}

// assign gives a setting a value.
func assign(key string, value any) func(*configuration.Session) error {
	return func(t *configuration.Session) error { return t.Set(key, value) }
}

// withMember gives a name in a table a text.
func withMember(table, name, value string) func(*configuration.Session) error {
	return editTable(table, func(all map[string]string) error {
		all[name] = value
		return nil
	})
}

// withoutMember takes a name out of a table.
func withoutMember(table, name string) func(*configuration.Session) error {
	return editTable(table, func(all map[string]string) error {
		if _, ok := all[name]; !ok {
			return &configuration.FileError{Key: table, Err: fmt.Errorf("there is no %s to take out; to set it, say %s=VALUE", name, name)}
		}
		delete(all, name)
		return nil
	})
}

// editTable changes a copy of a table, as settings that a Store gave are never
// changed.
func editTable(table string, edit func(map[string]string) error) func(*configuration.Session) error {
	return func(t *configuration.Session) error {
		for _, v := range t.Values() {
			if v.Key() != table {
				continue
			}
			all := map[string]string{}
			old, _ := v.Value.(map[string]string)
			maps.Copy(all, old)
			if err := edit(all); err != nil {
				return err
			}
			return t.Set(table, all)
		}
		return &configuration.FileError{Key: table, Err: configuration.ErrNoSetting}
	}
}

// report tells what of the changes will not do what somebody may expect.
func (c *changes) report(w io.Writer, dir string, store *configuration.Store, t configuration.Session) {
	var kept []string
	for _, key := range withoutEffect(t.Plugin) {
		if c.touched(key) {
			kept = append(kept, key)
		}
	}
	if len(kept) > 0 {
		fmt.Fprintf(w, "kept, without effect: %s\n", strings.Join(kept, ", "))
	}
	for _, e := range doubts(dir, store.Service(), t, account.Admission{}) {
		if c.touched(e.Key) {
			fmt.Fprintf(w, "warning: %s: %v\n", e.Key, e.Err)
		}
	}
}
