package commands

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

func getVariable() *runspace.Command {
	type parameters struct {
		Name      []string `param:",position=0,pipeline,byname"`
		ValueOnly bool
		Scope     string `help:"Has no effect"`
	}
	c := runspace.Func("Get-Variable", "Lists variables.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		names := p.Name
		if len(names) == 0 {
			names = []string{"*"}
		}
		for _, name := range names {
			found := io.Variables(name)
			if len(found) == 0 && !value.IsPattern(name) {
				err := io.Error(ctx, runspace.NewError("VariableNotFound", clixml.ObjectNotFound, name, "Cannot find a variable with the name '%s'.", name))
				if err != nil {
					return err
				}
			}
			for _, v := range found {
				var out clixml.Value = variable(v.Name, v.Value)
				if p.ValueOnly {
					out = v.Value
				}
				if err := io.Output(ctx, out); err != nil {
					return err
				}
			}
		}
		return nil
	})
	c.Aliases = []string{"gv"}
	return c
}

func getHelp() *runspace.Command {
	type parameters struct {
		Name       string `param:",position=0,pipeline,byname"`
		Full       bool
		Detailed   bool
		Examples   bool
		Parameter  string
		Online     bool
		ShowWindow bool
		Category   []string
	}
	c := runspace.Func("Get-Help", "Shows what a command does, or lists all.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		if p.Name != "" && !value.IsPattern(p.Name) {
			help, ok := io.Help(p.Name)
			if !ok {
				return io.Error(ctx, runspace.NewError("HelpNotFound", clixml.ResourceUnavailable, p.Name, "Get-Help could not find %s at this endpoint.", p.Name))
			}
			return io.Output(ctx, help)
		}
		for _, c := range io.Commands([]string{orElse(p.Name, "*")}, clixml.CommandCmdlet) {
			name, _ := c.Property("Name")
			help, _ := io.Help(value.String(name))
			synopsis, _ := help.Property("Synopsis")
			if err := io.Output(ctx, clixml.NewCustomObject(clixml.Property{Name: "Name", Value: name}, clixml.Property{Name: "Synopsis", Value: synopsis})); err != nil {
				return err
			}
		}
		return nil
	})
	c.Aliases = []string{"help", "man"}
	c.Examples = []string{"Get-Help Get-Date"}
	return c
}

func getDate() *runspace.Command {
	type parameters struct {
		Date                                   time.Time `param:",position=0,pipeline,byname,alias=LastWriteTime"`
		Year, Month, Day, Hour, Minute, Second int
		Millisecond                            int
		Format                                 string `help:"A format of .NET, such as yyyy-MM-dd HH:mm:ss; o is that of ISO 8601"`
		UFormat                                string `help:"Only %s, the seconds since 1970"`
		AsUTC                                  bool
	}
	c := runspace.Func("Get-Date", "Tells the date and time of the server.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		t := time.Now()
		if !p.Date.IsZero() {
			t = p.Date
		}
		part := func(name string, given, now int) int {
			if io.Bound(name) {
				return given
			}
			return now
		}
		t = time.Date(part("Year", p.Year, t.Year()), time.Month(part("Month", p.Month, int(t.Month()))), part("Day", p.Day, t.Day()),
			part("Hour", p.Hour, t.Hour()), part("Minute", p.Minute, t.Minute()), part("Second", p.Second, t.Second()),
			part("Millisecond", p.Millisecond*1e6, t.Nanosecond()), t.Location())
		if p.AsUTC {
			t = t.UTC()
		}
		switch {
		case p.UFormat == "%s":
			return io.Output(ctx, fmt.Sprint(t.Unix()))
		case p.UFormat != "":
			return runspace.NewError("InvalidUFormat", clixml.InvalidArgument, p.UFormat, "Only -UFormat %%s is understood here; use -Format.")
		case p.Format != "":
			return io.Output(ctx, formatDate(t, p.Format))
		}
		return io.Output(ctx, t)
	})
	c.OutputType = []string{"System.DateTime"}
	return c
}

// standardFormats are those of one letter.
var standardFormats = map[string]string{
	"o": "2006-01-02T15:04:05.0000000Z07:00", "s": "2006-01-02T15:04:05", "u": "2006-01-02 15:04:05Z", "d": "01/02/2006", "t": "15:04",
	"T": "15:04:05", "D": "Monday, 02 January 2006", "g": "01/02/2006 15:04", "G": "01/02/2006 15:04:05", "R": time.RFC1123,
}

// dateParts are the parts of a custom format, the longest first.
var dateParts = []struct{ net, layout string }{
	{"yyyy", "2006"}, {"yy", "06"}, {"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"}, {"dddd", "Monday"}, {"ddd", "Mon"},
	{"dd", "02"}, {"d", "2"}, {"HH", "15"}, {"hh", "03"}, {"h", "3"}, {"mm", "04"}, {"m", "4"}, {"ss", "05"}, {"s", "5"}, {"tt", "PM"},
	{"zzz", "-07:00"}, {"K", "Z07:00"},
}

func formatDate(t time.Time, format string) string {
	if layout, ok := standardFormats[format]; ok {
		return t.Format(layout)
	}
	var b strings.Builder
next:
	for format != "" {
		if n := len(format) - len(strings.TrimLeft(format, "f")); n > 0 {
			b.WriteString(fmt.Sprintf("%09d", t.Nanosecond())[:min(n, 9)])
			format = format[n:]
			continue
		}
		for _, p := range dateParts {
			if rest, ok := strings.CutPrefix(format, p.net); ok {
				b.WriteString(t.Format(p.layout))
				format = rest
				continue next
			}
		}
		if (format[0] == '\'' || format[0] == '"') && strings.IndexByte(format[1:], format[0]) >= 0 {
			end := strings.IndexByte(format[1:], format[0]) + 1
			b.WriteString(format[1:end])
			format = format[end+1:]
			continue
		}
		if format[0] == '\\' && len(format) > 1 {
			format = format[1:]
		}
		b.WriteByte(format[0])
		format = format[1:]
	}
	return b.String()
}

func getRandom() *runspace.Command {
	return &runspace.Command{
		Name: "Get-Random", Aliases: []string{"random"}, Synopsis: "Makes random numbers, or takes some objects at random.",
		New: func() runspace.Cmdlet { return &random{Count: 1} },
	}
}

// random is one call of Get-Random.
type random struct {
	gathered
	Maximum clixml.Value `param:",position=0"`
	Minimum clixml.Value
	Count   int `validate:"range=1.."`
	SetSeed int
	Shuffle bool
}

// Process implements runspace.Cmdlet.
func (r *random) Process(_ context.Context, io *runspace.IO) error {
	if items, ok := clixml.Elements(r.InputObject); ok && io.Bound("InputObject") {
		r.objects = items
		return nil
	}
	return r.gather(io)
}

// End implements runspace.Ender.
func (r *random) End(ctx context.Context, io *runspace.IO) error {
	source := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	if io.Bound("SetSeed") {
		source = rand.New(rand.NewPCG(uint64(r.SetSeed), 0))
	}
	if io.Fed() || io.Bound("InputObject") {
		source.Shuffle(len(r.objects), func(i, j int) { r.objects[i], r.objects[j] = r.objects[j], r.objects[i] })
		n := min(r.Count, len(r.objects))
		if r.Shuffle {
			n = len(r.objects)
		}
		for _, v := range r.objects[:n] {
			if err := io.Output(ctx, v); err != nil {
				return err
			}
		}
		return nil
	}
	for range r.Count {
		v, err := r.one(source)
		if err != nil {
			return err
		}
		if err := io.Output(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

func (r *random) one(source *rand.Rand) (clixml.Value, error) {
	_, isDouble := clixml.Base(r.Maximum).(clixml.Double)
	if _, ok := clixml.Base(r.Minimum).(clixml.Double); ok || isDouble {
		low, err1 := value.Float(r.Minimum)
		high, err2 := value.Float(r.Maximum)
		if err1 != nil || err2 != nil || low >= high {
			return nil, errRange
		}
		return clixml.Double(low + source.Float64()*(high-low)), nil
	}
	low, err := value.Int(r.Minimum)
	if err != nil {
		return nil, err
	}
	high := 1<<31 - 1
	if r.Maximum != nil {
		if high, err = value.Int(r.Maximum); err != nil {
			return nil, err
		}
	}
	if low >= high {
		return nil, errRange
	}
	n := low + int(source.Int64N(int64(high-low)))
	if n > 1<<31-1 || n < -1<<31 {
		return clixml.Int64(n), nil
	}
	return clixml.Int32(n), nil
}

var errRange = runspace.NewError("MinGreaterThanOrEqualMax", clixml.InvalidArgument, nil, "The minimum must be less than the maximum.")

func getProcess() *runspace.Command {
	type parameters struct {
		Name []string `param:",position=0,byname"`
		Id   []int    `param:",byname,alias=PID"` //nolint:revive // PowerShell's spelling
	}
	c := runspace.Func("Get-Process", "Tells of the process that serves the session, and of no other.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		self := ownProcess()
		for _, name := range p.Name {
			if !value.Like(self.name, name, false) {
				if value.IsPattern(name) {
					return nil
				}
				return io.Error(ctx, runspace.NewError("NoProcessFoundForGivenName", clixml.ObjectNotFound, name,
					"Cannot find a process with the name \"%s\": this endpoint tells of its own process only.", name))
			}
		}
		for _, id := range p.Id {
			if id != self.id {
				return io.Error(ctx, runspace.NewError("NoProcessFoundForGivenId", clixml.ObjectNotFound, id,
					"Cannot find a process with the process identifier %d: this endpoint tells of its own process only.", id))
			}
		}
		return io.Output(ctx, self.object())
	})
	c.Aliases = []string{"gps", "ps"}
	return c
}

type processInfo struct {
	name string
	id   int
}

func (p processInfo) object() *clixml.Object {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	o := result("System.Diagnostics.Process",
		clixml.Property{Name: "Name", Value: clixml.String(p.name)}, clixml.Property{Name: "Id", Value: clixml.Int32(p.id)},
		clixml.Property{Name: "ProcessName", Value: clixml.String(p.name)}, clixml.Property{Name: "WorkingSet64", Value: clixml.Int64(m.Sys)},
		clixml.Property{Name: "StartTime", Value: clixml.NewDateTime(started)})
	text := "System.Diagnostics.Process (" + p.name + ")"
	o.ToString = &text
	return o
}

// started is when this process began, as nearly as it knows.
var started = time.Now()

func startSleep() *runspace.Command {
	type parameters struct {
		Seconds      float64       `param:",position=0,pipeline,byname" validate:"range=0..2147483"`
		Milliseconds int           `param:",alias=ms" validate:"range=0.."`
		Duration     time.Duration `param:",alias=ts"`
	}
	c := runspace.Func("Start-Sleep", "Waits.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		return io.Sleep(ctx, time.Duration(p.Seconds*float64(time.Second))+time.Duration(p.Milliseconds)*time.Millisecond+p.Duration)
	})
	c.Aliases = []string{"sleep"}
	return c
}
