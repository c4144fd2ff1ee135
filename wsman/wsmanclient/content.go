package wsmanclient

import (
	"encoding/base64"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// powerShellXML makes an element of PowerShell's that holds fragments.
func powerShellXML(name string, fragments []byte) []byte {
	b := append([]byte("<"+name), ` xmlns="`+wsman.NamespacePowerShell+`">`...)
	b = base64.StdEncoding.AppendEncode(b, fragments)
	return append(b, "</"+name+">"...)
}

// PowerShellContent is the fragments in a Content of PowerShell's, as the
// connectResponseXml of Shell.Content. The error is an *AnswerError.
func PowerShellContent(content []byte) ([]byte, error) {
	s := xmlscan.New(content)
	if _, err := s.Next(); err != nil {
		return nil, &AnswerError{err}
	}
	if string(s.Space()) != wsman.NamespacePowerShell {
		return nil, badAnswer("the content is not PowerShell's: %.64q", s.Local())
	}
	text, err := s.RawText()
	if err != nil {
		return nil, &AnswerError{err}
	}
	fragments, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return nil, &AnswerError{err}
	}
	return fragments, nil
}
