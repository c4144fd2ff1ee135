package clixml

import (
	"bytes"
	"errors"
	"iter"
	"unicode/utf16"
	"unicode/utf8"
)

// FileEntry is one of the values of a file.
type FileEntry struct {
	// Stream is where powershell.exe -OutputFormat XML had it from: Output,
	// Error, Warning, Verbose, Debug, Progress or Information. Empty for a
	// value of Export-Clixml and PSSerializer.
	Stream string
	Value  Value
}

// Entries reads a file: an element Objs (2.2.5) with any number of values in
// it, as Export-Clixml, PSSerializer and powershell.exe -OutputFormat XML write
// it. It takes UTF-8 and UTF-16, the latter by its byte order mark, and passes
// over the line "#< CLIXML". Only the default Limits hold, for the file as a
// whole. References go from value to value. After an error, always an *Error,
// the walk ends.
func Entries(data []byte) iter.Seq2[FileEntry, error] { return Limits{}.Entries(data) }

// Entries is the function of that name under other limits.
func (l Limits) Entries(data []byte) iter.Seq2[FileEntry, error] {
	return func(yield func(FileEntry, error) bool) {
		data, err := fileText(data)
		if err != nil {
			yield(FileEntry{}, err)
			return
		}
		d := newDecoder(data, l)
		if err := d.fileRoot(); err != nil {
			yield(FileEntry{}, err)
			return
		}
		for {
			e, more, err := d.fileEntry()
			if err != nil {
				yield(e, err)
				return
			}
			if !more || !yield(e, nil) {
				return
			}
		}
	}
}

// fileText takes away what stands before the XML, and makes it UTF-8.
func fileText(data []byte) ([]byte, error) {
	big := bytes.HasPrefix(data, []byte{0xfe, 0xff})
	if big || bytes.HasPrefix(data, []byte{0xff, 0xfe}) {
		if len(data)%2 != 0 {
			return nil, &Error{Offset: len(data), Reason: "half a character of UTF-16 at the end"}
		}
		data = fromUTF16(data[2:], big)
	}
	data = bytes.TrimPrefix(data, byteOrderMark)
	if rest, ok := bytes.CutPrefix(data, []byte("#< CLIXML")); ok {
		data = bytes.TrimLeft(rest, "\r\n")
	}
	return data, nil
}

func fromUTF16(data []byte, big bool) []byte {
	out := make([]byte, 0, len(data)/2)
	unit := func(i int) rune {
		if big {
			return rune(data[i])<<8 | rune(data[i+1])
		}
		return rune(data[i+1])<<8 | rune(data[i])
	}
	for i := 0; i < len(data); i += 2 {
		r := unit(i)
		if utf16.IsSurrogate(r) {
			r = utf8.RuneError
			if i+2 < len(data) {
				r = utf16.DecodeRune(unit(i), unit(i+2))
			}
			if r != utf8.RuneError {
				i += 2
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// fileRoot moves into the element Objs.
func (d *decoder) fileRoot() error {
	if err := d.root(); err != nil {
		return err
	}
	if name := d.open[0].name; string(name) != "Objs" {
		return d.fail(d.pos, "element %s, where Objs should be", name)
	}
	if len(d.space) == 0 {
		return d.fail(d.pos, "Objs is not in the namespace %s", namespace)
	}
	text, ok, err := d.attributeText("Version")
	if err != nil {
		return err
	}
	if !ok {
		return d.missing(d.pos, "Version")
	}
	version, err := ParseVersion(text)
	if err != nil {
		return d.failWith(d.pos, err)
	}
	if version.Major != 1 {
		return d.fail(d.pos, "version %s of CLIXML is not known, only 1.x", text)
	}
	d.unknown = version.Minor > 1
	return nil
}

// fileEntry reads the next value, if there is one.
func (d *decoder) fileEntry() (e FileEntry, more bool, err error) {
	if more, err = d.child(); err != nil {
		return FileEntry{}, false, err
	}
	if !more {
		return FileEntry{}, false, d.finish()
	}
	if e.Stream, _, err = d.attributeText("S"); err != nil {
		return FileEntry{}, false, err
	}
	e.Value, err = d.value()
	var limit *LimitError
	if err != nil && !errors.As(err, &limit) {
		e.Value = nil
	}
	return e, true, err
}

// AppendFile appends a whole file in UTF-8. Objects that come again, in the
// same entry or a later one, become references. Errors are those of Append.
func AppendFile(dst []byte, entries ...FileEntry) ([]byte, error) {
	e := encoder{dst: dst}
	e.dst = append(e.dst, `<Objs Version="1.1.0.1" xmlns="`+namespace+`">`...)
	for _, entry := range entries {
		if err := e.value(entry.Value, label{stream: entry.Stream}); err != nil {
			return dst, err
		}
	}
	e.end("Objs")
	return e.dst, nil
}
