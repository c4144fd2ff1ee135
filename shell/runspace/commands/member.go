package commands

import (
	"context"
	"fmt"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// listing is one call of Get-Member.
type listing struct {
	InputObject clixml.Value `param:",pipeline"`
	Name        []string     `param:",position=0"`
	MemberType  string       `param:",alias=Type"`
	Force       bool
	seen        map[string]bool
}

func getMember() *runspace.Command {
	return &runspace.Command{
		Name: "Get-Member", Aliases: []string{"gm"}, Synopsis: "Lists the properties of objects.",
		New: func() runspace.Cmdlet { return &listing{seen: map[string]bool{}} },
	}
}

// Process implements runspace.Cmdlet.
func (l *listing) Process(ctx context.Context, io *runspace.IO) error {
	typeName := value.TypeName(l.InputObject)
	if value.IsNull(l.InputObject) || l.seen[typeName] {
		return nil
	}
	l.seen[typeName] = true
	o, _ := l.InputObject.(*clixml.Object)
	for _, p := range propertiesOf(l.InputObject) {
		kind := "Property"
		if o != nil {
			if _, ok := o.Extended.Get(p.Name); ok {
				kind = "NoteProperty"
			}
		}
		if !l.wants(p.Name, kind) {
			continue
		}
		err := io.Output(ctx, result("Microsoft.PowerShell.Commands.MemberDefinition",
			clixml.Property{Name: "TypeName", Value: clixml.String(typeName)}, clixml.Property{Name: "Name", Value: clixml.String(p.Name)},
			clixml.Property{Name: "MemberType", Value: clixml.String(kind)},
			clixml.Property{Name: "Definition", Value: clixml.String(fmt.Sprintf("%s %s=%s", orObject(value.TypeName(p.Value)), p.Name, value.String(p.Value)))}))
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *listing) wants(name, kind string) bool {
	if l.MemberType != "" && !value.Like(kind, l.MemberType, false) && value.Fold(l.MemberType) != "properties" && value.Fold(l.MemberType) != "all" {
		return false
	}
	for _, pattern := range l.Name {
		if value.Like(name, pattern, false) {
			return true
		}
	}
	return len(l.Name) == 0
}
