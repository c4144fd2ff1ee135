package conformance

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func aReport() *Report {
	return &Report{URL: "http://server/wsman", Results: []Result{
		{Name: "get/one", Section: "DSP0226 1", Outcome: Passed, Took: 1500 * time.Millisecond},
		{Name: "get/two", Section: "DSP0226 2", Inferred: true, Outcome: Failed, Problems: []string{"a <b>\x1b[31m", "c"}},
		{Name: "get/three", Section: "DSP0226 3", Outcome: Skipped, Problems: []string{"it is slow"}},
	}}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, aReport().WriteText(&b))
	assert.Equal(t, "passed  get/one (DSP0226 1)\n"+
		"failed  get/two (DSP0226 2) inferred\n        a <b> [31m\n        c\n"+
		"skipped get/three (DSP0226 3)\n        it is slow\n"+
		"3 checks, 1 passed, 1 failed, 1 skipped\n", b.String())
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, aReport().WriteJSON(&b))
	var again Report
	require.NoError(t, json.Unmarshal(b.Bytes(), &again))
	assert.Equal(t, aReport(), &again)
}

func TestJUnit(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, aReport().WriteJUnit(&b))
	var suite junitSuite
	require.NoError(t, xml.Unmarshal(b.Bytes(), &suite))
	assert.Equal(t, []int{3, 1, 1}, []int{suite.Tests, suite.Failures, suite.Skipped})
	require.Len(t, suite.Cases, 3)
	assert.Equal(t, junitCase{Class: "conformance.get", Name: "one", Time: "1.500"}, suite.Cases[0])
	require.NotNil(t, suite.Cases[1].Failure)
	assert.Contains(t, suite.Cases[1].Failure.Text, "a <b>")
	require.NotNil(t, suite.Cases[2].Skipped)
}
