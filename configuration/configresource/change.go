package configresource

import (
	"errors"
	"fmt"
	"strings"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
)

// apply gives the settings the values that a client sent. Clients send the whole
// element, also what cannot be changed.
func apply(s *configuration.Service, given []leaf) error {
	all := values(s)
	for _, l := range given {
		if l.key == "" {
			if !strings.EqualFold(l.text, l.fixed) {
				return readOnly(l.path, l.fixed, l.text)
			}
			continue
		}
		setting := all[l.key].Setting
		value, err := setting.Parse(l.text)
		if err != nil {
			return wrongSetting(setting, fmt.Errorf("%.256s. %s", err, allowed(setting)))
		}
		if err := s.Set(l.key, value); err != nil {
			return err
		}
	}
	return nil
}

// readOnly is the fault for another value of what cannot be changed.
func readOnly(name, value, given string) error {
	return wsman.NewFault(wsman.CodeConfigReadOnly, fmt.Sprintf(
		"%s is read-only: it is %q and cannot be set to %.64q. Leave it out, or send it as it is.", name, value, given))
}

// wrongSetting is the fault for a value that a setting cannot have. The error
// says what it may be.
func wrongSetting(setting configuration.Setting, err error) error {
	code := wsman.CodeInvalidValues
	if isFilter(setting) {
		code = wsman.CodeInvalidIPFilter
	}
	name := setting.Key()
	if e, ok := elementOf(name); ok {
		name = e.path
	}
	return wsman.NewFault(code, fmt.Sprintf("%s: %.512s", name, err))
}

func isFilter(s configuration.Setting) bool { return strings.HasSuffix(s.Name, "Filter") }

// allowed says what a setting may be.
func allowed(s configuration.Setting) string {
	switch {
	case s.Type == "number" && s.Unit != "":
		return fmt.Sprintf("It must be a number from %d to %d (%s).", s.Min, s.Max, s.Unit)
	case s.Type == "number":
		return fmt.Sprintf("It must be a number from %d to %d.", s.Min, s.Max)
	case s.Type == "boolean":
		return "It must be true or false."
	}
	return s.Description
}

// change changes the settings for a client and writes down what has changed.
// Its errors are faults, or for the log.
func (res *Resource) change(r *wsman.Request, edit func(*configuration.Service) error) (configuration.Service, error) {
	var before map[string]configuration.Value
	service, err := res.config.Settings.ChangeService(func(s *configuration.Service) error {
		before = values(s)
		return edit(s)
	})
	if err != nil {
		return service, changeFault(err)
	}
	for _, v := range service.Values() {
		if was := valueText(before[v.Key()].Value); was != valueText(v.Value) {
			res.config.Log.Info("setting changed", "setting", v.Key(), "from", was, "to", valueText(v.Value),
				"user", r.Principal.User, "source", r.Principal.Source)
		}
	}
	return service, nil
}

// changeFault is what a client is told of a change that was refused.
func changeFault(err error) error {
	var fault *wsman.Fault
	var wrong *configuration.FileError
	switch {
	case errors.As(err, &fault):
		return fault
	case !errors.As(err, &wrong):
		return err
	case wrong.File != "":
		return wsman.NewFault(wsman.CodeInternalError,
			"The settings file of the service has an error, and is not changed until somebody mends it: "+wrong.Error()).WithCause(err)
	}
	for _, s := range configuration.ServiceSettings() {
		if s.Key() != wrong.Key {
			continue
		}
		if isFilter(s) {
			return wrongSetting(s, fmt.Errorf("%w. %s", wrong.Err, s.Description))
		}
		return wrongSetting(s, wrong.Err)
	}
	return wsman.NewFault(wsman.CodeInvalidValues, wrong.Error())
}
