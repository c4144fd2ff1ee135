package conformance

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// Report is what a suite has found.
type Report struct {
	URL     string   `json:"url"`
	Results []Result `json:"results"`
}

// Count is how many checks have an outcome.
func (r *Report) Count(o Outcome) int {
	n := 0
	for _, result := range r.Results {
		if result.Outcome == o {
			n++
		}
	}
	return n
}

// String is the last line of the text.
func (r *Report) String() string {
	return fmt.Sprintf("%d checks, %d passed, %d failed, %d skipped", len(r.Results), r.Count(Passed), r.Count(Failed), r.Count(Skipped))
}

// String is a result as text: a line, and one for each problem.
func (r Result) String() string {
	line := fmt.Sprintf("%-7s %s (%s)", r.Outcome, r.Name, r.Section)
	if r.Inferred {
		line += " inferred"
	}
	for _, p := range r.Problems {
		line += "\n        " + strings.Map(printable, p)
	}
	return line
}

// printable keeps what a server says from moving the cursor.
func printable(r rune) rune {
	if r < ' ' || r >= 0x7f && r < 0xa0 {
		return ' '
	}
	return r
}

// WriteText writes all results and the counts.
func (r *Report) WriteText(w io.Writer) error {
	for _, result := range r.Results {
		if _, err := fmt.Fprintln(w, result); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, r)
	return err
}

// WriteJSON writes the report as an object.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// The elements of JUnit's XML, as far as CI systems read them.
type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string     `xml:"classname,attr"`
		Name    string     `xml:"name,attr"`
		Time    string     `xml:"time,attr"` // in seconds
		Failure *junitText `xml:"failure"`
		Skipped *junitText `xml:"skipped"`
	}
	junitText struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes the report in the form of JUnit.
func (r *Report) WriteJUnit(w io.Writer) error {
	suite := junitSuite{
		Name: "winrm conformance " + r.URL, Tests: len(r.Results), Failures: r.Count(Failed), Skipped: r.Count(Skipped),
	}
	for _, result := range r.Results {
		class, name, _ := strings.Cut(result.Name, "/")
		c := junitCase{Class: "conformance." + class, Name: name, Time: fmt.Sprintf("%.3f", result.Took.Seconds())}
		text := &junitText{Message: result.Section, Text: strings.Join(result.Problems, "\n")}
		switch result.Outcome {
		case Failed:
			c.Failure = text
		case Skipped:
			c.Skipped = text
		case Passed:
		}
		suite.Cases = append(suite.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
