package outofproc

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const pipelineID = "4c9f0ee6-7aa5-4aae-9436-f01b0e03c267"

// readAll reads packets until the error that ends them.
func readAll(r *Reader) ([]Packet, error) {
	var ps []Packet
	for {
		p, err := r.ReadPacket()
		if err != nil {
			return ps, err
		}
		ps = append(ps, p)
	}
}

func TestReadPacket(t *testing.T) {
	data := Packet{Kind: Data, ID: pipelineID, Stream: StreamDefault, Text: []byte("QUJD")}
	tests := map[string]struct {
		line string
		want Packet
	}{
		"data as PowerShell writes it":  {"<Data Stream='Default' PSGuid='" + pipelineID + "'>QUJD</Data>\n", data},
		"attributes the other way":      {"<Data PSGuid='" + pipelineID + "' Stream='Default'>QUJD</Data>\n", data},
		"double quotes":                 {"<Data Stream=\"Default\" PSGuid=\"" + pipelineID + "\">QUJD</Data>\n", data},
		"blanks everywhere":             {" \t<Data  Stream = 'Default'\tPSGuid= '" + pipelineID + "' > QUJD </Data > \r\n", data},
		"carriage return":               {"<Data Stream='Default' PSGuid='" + pipelineID + "'>QUJD</Data>\r\n", data},
		"upper-case id":                 {"<Data Stream='Default' PSGuid='" + strings.ToUpper(pipelineID) + "'>QUJD</Data>\n", data},
		"byte order mark":               {"\xEF\xBB\xBF<Data Stream='Default' PSGuid='" + pipelineID + "'>QUJD</Data>\n", data},
		"no line feed at the end":       {"<Data Stream='Default' PSGuid='" + pipelineID + "'>QUJD</Data>", data},
		"prompt response":               {"<Data Stream='PromptResponse' PSGuid='" + pipelineID + "'>QQ==</Data>\n", Packet{Data, pipelineID, StreamPromptResponse, []byte("QQ==")}},
		"another stream":                {"<Data Stream='Other' PSGuid='" + pipelineID + "'>QQ==</Data>\n", Packet{Data, pipelineID, "Other", []byte("QQ==")}},
		"acknowledgement":               {"<DataAck PSGuid='" + SessionID + "' />\n", Packet{Kind: DataAck, ID: SessionID}},
		"no blank before the end":       {"<DataAck PSGuid='" + SessionID + "'/>\n", Packet{Kind: DataAck, ID: SessionID}},
		"acknowledgement with end tag":  {"<DataAck PSGuid='" + SessionID + "'></DataAck>\n", Packet{Kind: DataAck, ID: SessionID}},
		"command":                       {"<Command PSGuid='" + pipelineID + "' />\n", Packet{Kind: Command, ID: pipelineID}},
		"acknowledgement of a command":  {"<CommandAck PSGuid='" + pipelineID + "' />\n", Packet{Kind: CommandAck, ID: pipelineID}},
		"signal":                        {"<Signal PSGuid='" + pipelineID + "' />\n", Packet{Kind: Signal, ID: pipelineID}},
		"acknowledgement of a signal":   {"<SignalAck PSGuid='" + pipelineID + "' />\n", Packet{Kind: SignalAck, ID: pipelineID}},
		"close":                         {"<Close PSGuid='" + pipelineID + "' />\n", Packet{Kind: Close, ID: pipelineID}},
		"acknowledgement of a close":    {"<CloseAck PSGuid='" + pipelineID + "' />\n", Packet{Kind: CloseAck, ID: pipelineID}},
		"blanks in an element of blank": {"<CloseAck PSGuid='" + pipelineID + "' >  </CloseAck>\n", Packet{Kind: CloseAck, ID: pipelineID}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"at once":     strings.NewReader(tt.line),
				"byte a time": iotest.OneByteReader(strings.NewReader(tt.line)),
				"with EOF":    iotest.DataErrReader(strings.NewReader(tt.line)),
			} {
				got, err := readAll(NewReader(r, 1000))
				assert.Equal(t, io.EOF, err, how)
				assert.Equal(t, []Packet{tt.want}, got, how)
			}
		})
	}
}

func TestReadPacketSyntaxError(t *testing.T) {
	id := " PSGuid='" + pipelineID + "'"
	tests := map[string]string{
		"no element":                   "rubbish",
		"empty line":                   "",
		"blank line":                   "  ",
		"byte order mark later":        "\xEF\xBB\xBF<DataAck" + id + " />",
		"unknown element":              "<Foo" + id + " />",
		"element in lower case":        "<data" + id + " />",
		"no id":                        "<DataAck />",
		"id in braces":                 "<DataAck PSGuid='{" + pipelineID + "}' />",
		"id that is no GUID":           "<DataAck PSGuid='4c9f0ee6-7aa5-4aae-9436-f01b0e03c26x' />",
		"id without hyphens":           "<DataAck PSGuid='4c9f0ee6a7aa5a4aaea9436af01b0e03c267' />",
		"id twice":                     "<DataAck" + id + id + " />",
		"empty id":                     "<DataAck PSGuid='' />",
		"unknown attribute":            "<DataAck" + id + " Foo='1' />",
		"attributes not parted":        "<Data Stream='Default'PSGuid='" + pipelineID + "'>QUJD</Data>",
		"attribute without value":      "<DataAck PSGuid />",
		"attribute without quotes":     "<DataAck PSGuid=" + pipelineID + " />",
		"attribute without end":        "<DataAck PSGuid='" + pipelineID + " />",
		"attribute without name":       "<DataAck ='" + pipelineID + "' />",
		"acknowledgement with content": "<DataAck" + id + ">QUJD</DataAck>",
		"acknowledgement with stream":  "<DataAck Stream='Default'" + id + " />",
		"data without stream":          "<Data" + id + ">QUJD</Data>",
		"data with a bad stream":       "<Data Stream='a&amp;b'" + id + ">QUJD</Data>",
		"data without content":         "<Data Stream='Default'" + id + "></Data>",
		"data in one tag":              "<Data Stream='Default'" + id + " />",
		"data that is not base64":      "<Data Stream='Default'" + id + ">!!!!</Data>",
		"data of a wrong length":       "<Data Stream='Default'" + id + ">QUJ</Data>",
		"data with markup":             "<Data Stream='Default'" + id + ">QUJD<!---->QUJD</Data>",
		"other end tag":                "<Data Stream='Default'" + id + ">QUJD</Command>",
		"no end tag":                   "<Data Stream='Default'" + id + ">QUJD",
		"something behind":             "<DataAck" + id + " />x",
		"two elements":                 "<DataAck" + id + " /><DataAck" + id + " />",
		"tag without end":              "<DataAck" + id,
		"only the beginning":           "<",
	}
	const good = "<DataAck PSGuid='" + SessionID + "' />\n"
	for name, line := range tests {
		t.Run(name, func(t *testing.T) {
			r := NewReader(strings.NewReader(good+line+"\n"+good), 1000)
			_, err := r.ReadPacket()
			require.NoError(t, err)
			_, err = r.ReadPacket()
			var se *SyntaxError
			require.ErrorAs(t, err, &se)
			assert.Equal(t, line, string(se.Line))
			assert.NoError(t, se.Err, "the line was whole")
			_, err = r.ReadPacket()
			assert.NoError(t, err, "the line after it")
			_, err = r.ReadPacket()
			assert.Equal(t, io.EOF, err)
		})
	}
}

func TestReadPacketCutOff(t *testing.T) {
	line := "<Data Stream='Default' PSGuid='" + pipelineID + "'>QUJDQUJD</Data>"
	for n := 1; n < len(line); n++ {
		r := NewReader(strings.NewReader(line[:n]), 1000)
		_, err := r.ReadPacket()
		var se *SyntaxError
		require.ErrorAs(t, err, &se, "%d bytes", n)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		_, err = r.ReadPacket()
		require.Equal(t, io.EOF, err)
	}
}

func TestReadPacketLongLines(t *testing.T) {
	line := func(n int) string {
		return "<Data Stream='Default' PSGuid='" + SessionID + "'>" + strings.Repeat("QUJD", n) + "</Data>"
	}
	t.Run("longest and one more", func(t *testing.T) {
		l := line(10)
		_, err := NewReader(strings.NewReader(l+"\n"), len(l)).ReadPacket()
		require.NoError(t, err)
		r := NewReader(strings.NewReader(l+"\n"+l+"\n"), len(l)-1)
		for range 3 {
			_, err = r.ReadPacket()
			var se *SyntaxError
			require.ErrorAs(t, err, &se)
			assert.Contains(t, se.Reason, "longer than")
		}
	})
	t.Run("no line feed at all", func(t *testing.T) {
		read := 0
		_, err := NewReader(readerFunc(func(p []byte) (int, error) {
			read += len(p)
			return len(bytes.Map(func(rune) rune { return 'x' }, p)), nil
		}), 100_000).ReadPacket()
		var se *SyntaxError
		require.ErrorAs(t, err, &se)
		assert.Len(t, se.Line, 200)
		assert.LessOrEqual(t, read, 2*100_000+bufferSize)
	})
	t.Run("longer than the buffer and then short", func(t *testing.T) {
		long := line(1 << 20)
		r := NewReader(strings.NewReader(long+"\n"+strings.Repeat(line(3)+"\n", 5000)), len(long))
		got, err := readAll(r)
		require.Equal(t, io.EOF, err)
		require.Len(t, got, 5001)
		assert.Len(t, got[0].Text, 4<<20)
		for _, p := range got[1:] {
			require.Equal(t, "QUJDQUJDQUJD", string(p.Text))
		}
	})
	t.Run("the buffer is small again", func(t *testing.T) {
		long := line(1<<18) + "\n"
		pr, pw := io.Pipe()
		go func() {
			_, _ = io.WriteString(pw, long)
			_, _ = io.WriteString(pw, line(3)+"\n")
		}()
		r := NewReader(pr, len(long))
		_, err := r.ReadPacket()
		require.NoError(t, err)
		assert.Greater(t, len(r.buf), bufferSize)
		_, err = r.ReadPacket()
		require.NoError(t, err)
		assert.Len(t, r.buf, bufferSize)
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestReadPacketReaderErrors(t *testing.T) {
	broken := errors.New("broken")
	r := NewReader(io.MultiReader(strings.NewReader("<DataAck PSGuid='"+SessionID+"' />\n<Data"), iotest.ErrReader(broken)), 1000)
	_, err := r.ReadPacket()
	require.NoError(t, err)
	for range 2 {
		_, err = r.ReadPacket()
		require.ErrorIs(t, err, broken)
	}
	_, err = NewReader(readerFunc(func([]byte) (int, error) { return 0, nil }), 10).ReadPacket()
	require.ErrorIs(t, err, io.ErrNoProgress)
}

// TestReadPacketTextIsKept checks that a packet's text is not touched by what
// is read later.
func TestReadPacketTextIsKept(t *testing.T) {
	var in bytes.Buffer
	w := NewWriter(&in)
	var want [][]byte
	for i := range 200 {
		text := bytes.Repeat([]byte{'A' + byte(i%26)}, 4*(1+i*37))
		want = append(want, text)
		require.NoError(t, w.Data(StreamDefault, pipelineID, text))
	}
	got, err := readAll(NewReader(iotest.HalfReader(&in), 1<<20))
	require.Equal(t, io.EOF, err)
	require.Len(t, got, len(want))
	for i, p := range got {
		require.True(t, bytes.Equal(want[i], p.Text), "packet %d", i)
		assert.Less(t, cap(p.Text), len(p.Text)+len(p.Text)/4+64, "no more memory than needed")
	}
}

func TestReadPacketIDs(t *testing.T) {
	line := func(id string) string { return "<DataAck PSGuid='" + id + "' />\n" }
	upper := strings.ToUpper(pipelineID)
	in := line(pipelineID) + line(pipelineID) + line(SessionID) + line(upper) + line(SessionID) + line(upper) + line(upper)
	got, err := readAll(NewReader(strings.NewReader(in), 1000))
	require.Equal(t, io.EOF, err)
	var ids []string
	for _, p := range got {
		ids = append(ids, p.ID)
	}
	assert.Equal(t, []string{pipelineID, pipelineID, SessionID, pipelineID, SessionID, pipelineID, pipelineID}, ids)
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{
		"<Data Stream='Default' PSGuid='" + pipelineID + "'>QUJD</Data>\n",
		"<Data PSGuid=\"" + pipelineID + "\" Stream = \"PromptResponse\" > QQ== </Data >\r\n<DataAck PSGuid='" + SessionID + "'/>\n",
		"<CloseAck PSGuid='" + SessionID + "'></CloseAck>\n\nrubbish\n<",
		"\xEF\xBB\xBF<Command PSGuid='" + SessionID + "' />", "", "\n", "<Data Stream=''>",
	} {
		f.Add([]byte(s), 100)
	}
	f.Fuzz(func(t *testing.T, in []byte, maxLine int) {
		r := NewReader(iotest.HalfReader(bytes.NewReader(in)), maxLine)
		for range len(in) + 2 {
			p, err := r.ReadPacket()
			var se *SyntaxError
			switch {
			case err == nil:
				checkPacket(t, p)
			case errors.As(err, &se):
				if len(se.Line) > maxQuoted {
					t.Fatal("error keeps too much")
				}
				if strings.HasPrefix(se.Reason, "longer than") {
					return
				}
			default:
				if !errors.Is(err, io.EOF) {
					t.Fatalf("unexpected error %v", err)
				}
				return
			}
		}
		t.Fatal("the reader does not end")
	})
}

// checkPacket checks that what was read can be written, and reads the same.
func checkPacket(t *testing.T, p Packet) {
	var out bytes.Buffer
	w := NewWriter(&out)
	var err error
	if p.Kind == Data {
		err = w.Data(p.Stream, p.ID, p.Text)
	} else {
		err = w.element(p.Kind, p.ID)
	}
	require.NoError(t, err)
	back, err := NewReader(&out, out.Len()).ReadPacket()
	require.NoError(t, err)
	require.Equal(t, p, back)
}
