package value

import (
	"fmt"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// TypeName is the name of a value's type in .NET. Null has none.
func TypeName(v clixml.Value) string {
	if IsNull(v) {
		return ""
	}
	if o, ok := v.(*clixml.Object); ok && len(o.TypeNames) > 0 {
		return strings.TrimPrefix(o.TypeNames[0], "Deserialized.")
	}
	switch clixml.Base(v).(type) {
	case clixml.String:
		return "System.String"
	case clixml.Bool:
		return "System.Boolean"
	case clixml.Byte:
		return "System.Byte"
	case clixml.SByte:
		return "System.SByte"
	case clixml.Char:
		return "System.Char"
	case clixml.Int16, clixml.Int32, clixml.Int64, clixml.UInt16, clixml.UInt32, clixml.UInt64,
		clixml.Single, clixml.Double, clixml.Decimal, clixml.DateTime, clixml.TimeSpan, clixml.Version:
		return "System." + strings.TrimPrefix(fmt.Sprintf("%T", clixml.Base(v)), "clixml.")
	case clixml.GUID:
		return "System.Guid"
	case clixml.URI:
		return "System.Uri"
	case clixml.ByteArray:
		return "System.Byte[]"
	case clixml.ScriptBlock:
		return "System.Management.Automation.ScriptBlock"
	case clixml.SecureString:
		return "System.Security.SecureString"
	case clixml.XMLDocument:
		return "System.Xml.XmlDocument"
	case clixml.Dictionary:
		return "System.Collections.Hashtable"
	case clixml.Stack:
		return "System.Collections.Stack"
	case clixml.Queue:
		return "System.Collections.Queue"
	case clixml.List:
		return "System.Collections.ArrayList"
	case clixml.Enumerable:
		return "System.Object[]"
	}
	return "System.Object"
}

// timeSpan is a length of time as .NET shows it: [-][d.]hh:mm:ss[.fffffff].
func timeSpan(t clixml.TimeSpan) string {
	const second = 10_000_000
	sign, ticks := "", uint64(t)
	if t < 0 {
		sign, ticks = "-", uint64(-(t+1))+1
	}
	seconds := ticks / second
	days := ""
	if d := seconds / 86400; d > 0 {
		days = fmt.Sprintf("%d.", d)
	}
	s := fmt.Sprintf("%s%s%02d:%02d:%02d", sign, days, seconds/3600%24, seconds/60%60, seconds%60)
	if rest := ticks % second; rest > 0 {
		s += fmt.Sprintf(".%07d", rest)
	}
	return s
}
