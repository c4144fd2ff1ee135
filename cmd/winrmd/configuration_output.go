package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/winrmd/winrmd/configuration"
)

// The values of --output.
const (
	outputTable = "table"
	outputJSON  = "json"
)

// checkOutput wants one of the forms of output, or nothing where that is one.
func checkOutput(output string, mayBeNothing bool) error {
	if output == outputTable || output == outputJSON || mayBeNothing && output == "" {
		return nil
	}
	return fmt.Errorf("--output is %s or %s, not %q", outputTable, outputJSON, output)
}

// sessionObject is a session configuration as JSON: an object with the name,
// every setting by its own name and in the file's order, and the resource URI.
type sessionObject configuration.Session

// MarshalJSON implements json.Marshaler.
func (o sessionObject) MarshalJSON() ([]byte, error) {
	s := configuration.Session(o)
	var b bytes.Buffer
	b.WriteByte('{')
	member := func(name string, value any) error {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		text, err := json.Marshal(present(value))
		if err != nil {
			return err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(text)
		return nil
	}
	if err := member("Name", s.Name); err != nil {
		return nil, err
	}
	for _, v := range s.Values() {
		if err := member(v.Key(), v.Value); err != nil {
			return nil, err
		}
	}
	if err := member("ResourceUri", s.ResourceURI()); err != nil {
		return nil, err
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// present makes of a list or table that is nil one that is empty: what reads
// JSON should not have to tell the two apart.
func present(value any) any {
	switch v := reflect.ValueOf(value); {
	case v.Kind() == reflect.Slice && v.IsNil():
		return []string{}
	case v.Kind() == reflect.Map && v.IsNil():
		return map[string]string{}
	}
	return value
}

// printSessions prints session configurations as a table or as a JSON array.
func printSessions(w io.Writer, output string, list []configuration.Session) error {
	if output == outputTable {
		return printSessionTable(w, list)
	}
	objects := make([]sessionObject, len(list))
	for i, s := range list {
		objects[i] = sessionObject(s)
	}
	return writeJSON(w, objects)
}

// printChanged prints a session configuration that was changed: nothing, unless
// it is asked for.
func printChanged(w io.Writer, output string, s configuration.Session) error {
	switch output {
	case outputTable:
		return printSessionTable(w, []configuration.Session{s})
	case outputJSON:
		return writeJSON(w, sessionObject(s))
	}
	return nil
}

func writeJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// printSessionTable prints the columns that people look for.
func printSessionTable(w io.Writer, list []configuration.Session) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tENABLED\tPLUGIN\tPSVERSION\tIDLETIMEOUT\tMAXIDLETIMEOUT\tBUFFER\tMAXSHELLS\tPERMISSION")
	for _, s := range list {
		permission := strings.Join(s.Permission, ",")
		if permission == "" {
			permission = "everybody"
		}
		version := s.PSVersion
		if version == "" {
			version = "-"
		}
		fmt.Fprintf(t, "%s\t%t\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, s.Enabled, s.Plugin, version,
			seconds(s.IdleTimeout()), seconds(s.MaxIdleTimeout()), s.OutputBufferingMode, quota(s.MaxShells), permission)
	}
	return t.Flush()
}

// seconds is a time in the unit of the flags.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
}

func quota(n int) string {
	if n == configuration.Unlimited {
		return "unlimited"
	}
	return strconv.Itoa(n)
}
