package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// jsonWriting is one call of ConvertTo-Json.
type jsonWriting struct {
	gathered
	Depth          int `validate:"range=0..100"`
	Compress       bool
	AsArray        bool
	EnumsAsStrings bool
}

func convertToJSON() *runspace.Command {
	return &runspace.Command{
		Name: "ConvertTo-Json", Synopsis: "Makes JSON of objects.", OutputType: []string{"System.String"},
		New: func() runspace.Cmdlet { return &jsonWriting{Depth: 2} },
	}
}

// Process implements runspace.Cmdlet.
func (j *jsonWriting) Process(_ context.Context, io *runspace.IO) error { return j.gather(io) }

// End implements runspace.Ender.
func (j *jsonWriting) End(ctx context.Context, io *runspace.IO) error {
	if len(j.objects) == 0 {
		return nil
	}
	v := value.Of(j.objects)
	if j.AsArray {
		v = value.Array(j.objects)
	}
	w := jsonWriter{enums: j.EnumsAsStrings}
	if err := w.write(v, j.Depth); err != nil {
		return err
	}
	text := w.b.String()
	if !j.Compress {
		var b bytes.Buffer
		if err := json.Indent(&b, w.b.Bytes(), "", "  "); err != nil {
			return err
		}
		text = b.String()
	}
	return io.Output(ctx, text)
}

type jsonWriter struct {
	b     bytes.Buffer
	enums bool
}

// maxJSON is how many bytes are made.
const maxJSON = 64 << 20

func (w *jsonWriter) write(v clixml.Value, depth int) error {
	if w.b.Len() > maxJSON {
		return &value.TooLargeError{Limit: maxJSON}
	}
	if value.IsNull(v) {
		w.b.WriteString("null")
		return nil
	}
	o, isObject := v.(*clixml.Object)
	if isObject && o.Is("System.Enum") && w.enums {
		return w.text(value.String(v))
	}
	if items, ok := clixml.Elements(v); ok {
		if depth < 0 {
			return w.text(value.String(v))
		}
		w.b.WriteByte('[')
		for i, item := range items {
			if i > 0 {
				w.b.WriteByte(',')
			}
			if err := w.write(item, depth-1); err != nil {
				return err
			}
		}
		w.b.WriteByte(']')
		return nil
	}
	switch b := clixml.Base(v).(type) {
	case clixml.Bool:
		w.b.WriteString(strconv.FormatBool(bool(b)))
	case clixml.Int32, clixml.Int64, clixml.Int16, clixml.Byte, clixml.SByte, clixml.UInt16, clixml.UInt32, clixml.UInt64, clixml.Decimal:
		w.b.WriteString(clixml.Text(b))
	case clixml.Double:
		return w.float(float64(b))
	case clixml.Single:
		return w.float(float64(b))
	case clixml.DateTime:
		return w.text(b.String())
	case clixml.Dictionary:
		all := make([]clixml.Property, len(b))
		for i, e := range b {
			all[i] = clixml.Property{Name: value.String(e.Key), Value: e.Value}
		}
		return w.object(v, all, depth)
	case *clixml.Object:
		return w.object(v, propertiesOf(v), depth)
	default:
		return w.text(value.String(v))
	}
	return nil
}

func (w *jsonWriter) float(f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return w.text(clixml.Text(clixml.Double(f)))
	}
	s := strconv.FormatFloat(f, 'G', -1, 64)
	if !strings.ContainsAny(s, ".E") {
		s += ".0"
	}
	w.b.WriteString(s)
	return nil
}

func (w *jsonWriter) object(v clixml.Value, all []clixml.Property, depth int) error {
	if depth < 0 {
		return w.text(value.String(v))
	}
	w.b.WriteByte('{')
	for i, p := range all {
		if i > 0 {
			w.b.WriteByte(',')
		}
		if err := w.text(p.Name); err != nil {
			return err
		}
		w.b.WriteByte(':')
		if err := w.write(p.Value, depth-1); err != nil {
			return err
		}
	}
	w.b.WriteByte('}')
	return nil
}

func (w *jsonWriter) text(s string) error {
	e := json.NewEncoder(&w.b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return err
	}
	w.b.Truncate(w.b.Len() - 1) // the end of the line
	return nil
}

// jsonReading is one call of ConvertFrom-Json.
type jsonReading struct {
	InputObject string `param:",mandatory,position=0,pipeline"`
	AsHashtable bool
	NoEnumerate bool
	Depth       int `validate:"range=1..1024"`

	lines []string
}

func convertFromJSON() *runspace.Command {
	return &runspace.Command{
		Name: "ConvertFrom-Json", Synopsis: "Makes objects of JSON.",
		New: func() runspace.Cmdlet { return &jsonReading{Depth: 1024} },
	}
}

// Process implements runspace.Cmdlet.
func (j *jsonReading) Process(_ context.Context, io *runspace.IO) error {
	j.lines = append(j.lines, j.InputObject)
	return io.Keep(clixml.String(j.InputObject))
}

// End implements runspace.Ender.
func (j *jsonReading) End(ctx context.Context, o *runspace.IO) error {
	d := json.NewDecoder(strings.NewReader(strings.Join(j.lines, "\n")))
	d.UseNumber()
	v, err := j.read(d, 0)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more behind the value")
		}
	}
	if err != nil {
		return &runspace.Error{ID: "InvalidJson", Category: clixml.InvalidArgument, Err: fmt.Errorf("the text is not JSON: %w", err)}
	}
	if err := o.Keep(v); err != nil {
		return err
	}
	if j.NoEnumerate {
		return o.Output(ctx, v)
	}
	return o.OutputAll(ctx, v)
}

func (j *jsonReading) read(d *json.Decoder, depth int) (clixml.Value, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > j.Depth {
		return nil, fmt.Errorf("more than %d values stand within each other", j.Depth)
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return j.array(d, depth)
		}
		return j.object(d, depth)
	case bool:
		return clixml.Bool(t), nil
	case string:
		return clixml.String(t), nil
	case json.Number:
		return jsonNumber(t.String())
	}
	return nil, nil
}

func jsonNumber(s string) (clixml.Value, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return clixml.Int64(n), nil
	}
	f, err := strconv.ParseFloat(s, 64)
	return clixml.Double(f), err
}

func (j *jsonReading) array(d *json.Decoder, depth int) (clixml.Value, error) {
	var items []clixml.Value
	for d.More() {
		v, err := j.read(d, depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	_, err := d.Token()
	return value.Array(items), err
}

func (j *jsonReading) object(d *json.Decoder, depth int) (clixml.Value, error) {
	var all clixml.Properties
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := j.read(d, depth+1)
		if err != nil {
			return nil, err
		}
		all = append(all, clixml.Property{Name: key.(string), Value: v})
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if !j.AsHashtable {
		return clixml.NewCustomObject(all...), nil
	}
	table := clixml.Dictionary{}
	for _, p := range all {
		table = append(table, clixml.Entry{Key: clixml.String(p.Name), Value: p.Value})
	}
	return value.Hashtable(table), nil
}
