package clixml

import (
	"strconv"
	"strings"
)

// ProgressRecord is a progress record. Within an object it is a primitive of
// its own (PR, 2.2.5.1.25); a message PROGRESS_RECORD (2.2.2.25) holds an
// object with the same in its properties, see [ReadProgressRecord].
type ProgressRecord struct {
	Activity          string // PowerShell reads no record in which this is empty,
	ActivityID        int32
	StatusDescription string // nor one in which this is
	CurrentOperation  string
	ParentActivityID  int32 // -1: none
	PercentComplete   int32 // 0 to 100; less than 0: not known
	SecondsRemaining  int32 // less than 0: not known
	Completed         bool  // RecordType
}

// progressTypes are the names of ProgressRecordType.
var progressTypes = map[bool]string{false: "Processing", true: "Completed"}

const progressTypeName = "System.Management.Automation.ProgressRecordType"

// progressRecord reads a PR.
func (d *decoder) progressRecord() (Value, error) {
	p := &ProgressRecord{}
	numbers := map[string]*int32{
		"AI": &p.ActivityID, "PI": &p.ParentActivityID, "PC": &p.PercentComplete, "SR": &p.SecondsRemaining,
	}
	for _, want := range [...]string{"AV", "AI", "S", "PI", "PC", "T", "SR", "SD"} {
		at := d.pos
		more, err := d.child()
		if err != nil {
			return nil, err
		}
		if !more {
			return nil, d.fail(at, "a progress record ends before its element %s", want)
		}
		text, err := d.progressPart(want)
		if err == nil && numbers[want] != nil {
			var n int64
			n, err = parseSigned("Int32", []byte(text), 32)
			*numbers[want] = int32(n)
			if err != nil {
				err = d.failWith(at, err)
			}
		}
		if err != nil {
			return nil, err
		}
		switch want {
		case "AV":
			p.Activity = text
		case "S":
			p.CurrentOperation = text
		case "SD":
			p.StatusDescription = text
		case "T":
			if p.Completed = foldEqual(text, progressTypes[true]); !p.Completed && !foldEqual(text, progressTypes[false]) {
				return nil, d.fail(at, "%.40q is no ProgressRecordType", text)
			}
		}
	}
	return p, d.none()
}

// progressPart reads one of the elements in a PR. The current operation may be
// null.
func (d *decoder) progressPart(want string) (string, error) {
	name := d.open[len(d.open)-1].name
	if want == "S" && string(name) == "Nil" {
		return "", d.none()
	}
	if string(name) != want {
		return "", d.fail(d.pos, "element %s in a progress record, where %s should be", name, want)
	}
	text, err := d.text()
	return unescape(text), err
}

// append writes the elements in a PR.
func (p *ProgressRecord) append(dst []byte) []byte {
	text := func(name, s string) { dst = appendTextElement(dst, name, s) }
	number := func(name string, n int32) { text(name, strconv.Itoa(int(n))) }
	text("AV", p.Activity)
	number("AI", p.ActivityID)
	if p.CurrentOperation == "" {
		dst = append(dst, "<Nil />"...)
	} else {
		text("S", p.CurrentOperation)
	}
	number("PI", p.ParentActivityID)
	number("PC", p.PercentComplete)
	text("T", progressTypes[p.Completed])
	number("SR", p.SecondsRemaining)
	text("SD", p.StatusDescription)
	return dst
}

// Text returns the record in one line, for people.
func (p *ProgressRecord) Text() string {
	text := p.Activity
	for _, s := range [...]string{p.StatusDescription, p.CurrentOperation} {
		if strings.TrimSpace(s) != "" {
			text += ": " + s
		}
	}
	if p.PercentComplete >= 0 {
		text += " " + strconv.Itoa(int(p.PercentComplete)) + "%"
	}
	if p.Completed {
		text += " (completed)"
	}
	return text
}

// Object returns the record as a message PROGRESS_RECORD (2.2.2.25) holds it.
func (p *ProgressRecord) Object() *Object {
	var operation Value
	if p.CurrentOperation != "" {
		operation = String(p.CurrentOperation)
	}
	var number Int32
	if p.Completed {
		number = 1
	}
	return &Object{Extended: Properties{
		{"Activity", String(p.Activity)},
		{"ActivityId", Int32(p.ActivityID)},
		{"StatusDescription", String(p.StatusDescription)},
		{"CurrentOperation", operation},
		{"ParentActivityId", Int32(p.ParentActivityID)},
		{"PercentComplete", Int32(p.PercentComplete)},
		{"Type", NewEnum(progressTypeName, progressTypes[p.Completed], number)},
		{"SecondsRemaining", Int32(p.SecondsRemaining)},
	}}
}

// ReadProgressRecord reads a record in either of its forms. Of an object, only
// Activity, ActivityId and Type must be there. The error is a *RecordError.
func ReadProgressRecord(v Value) (*ProgressRecord, error) {
	if p, ok := Base(v).(*ProgressRecord); ok && p != nil {
		return p, nil
	}
	r := recordReader{record: "ProgressRecord"}
	r.begin(v)
	p := &ProgressRecord{
		Activity:          r.text("Activity", true),
		ActivityID:        r.number("ActivityId", true, 0),
		StatusDescription: r.text("StatusDescription", false),
		CurrentOperation:  r.text("CurrentOperation", false),
		ParentActivityID:  r.number("ParentActivityId", false, -1),
		PercentComplete:   r.number("PercentComplete", false, -1),
		SecondsRemaining:  r.number("SecondsRemaining", false, -1),
		Completed:         r.number("Type", true, 0) == 1,
	}
	return p, r.err
}
