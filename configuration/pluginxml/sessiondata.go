package pluginxml

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// sessionconfigurationdata is XML in the value of a Param:
//
//	<SessionConfigurationData>
//	  <Param Name='modulestoimport' Value='a,b'/>
//	  <Param Name='PrivateData'>…</Param>
//	</SessionConfigurationData>

const (
	elementSessionData = "SessionConfigurationData"
	modulesToImport    = "modulestoimport"
)

// maxEscapes is how often it may be escaped: the drive WSMan: does it once more
// than Register-PSSessionConfiguration.
const maxEscapes = 2

var unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&apos;", "'", "&quot;", `"`, "&amp;", "&")

// splitSessionData takes the modules out. The rest is empty where there is
// nothing else.
func splitSessionData(text string) (modules []string, rest string, err error) {
	modules = []string{}
	if strings.TrimSpace(text) == "" {
		return modules, "", nil
	}
	for range maxEscapes {
		if strings.HasPrefix(strings.TrimSpace(text), "&lt;") {
			text = unescaper.Replace(text)
		}
	}
	doc, err := readDocument([]byte(text))
	if err != nil {
		return nil, "", err
	}
	root := doc.Root()
	if root.FullTag() != elementSessionData {
		return nil, "", fmt.Errorf("%w: it has a %s and no %s", ErrForm, root.FullTag(), elementSessionData)
	}
	found := false
	for _, param := range root.ChildElements() {
		if !strings.EqualFold(param.SelectAttrValue("Name", ""), modulesToImport) {
			continue
		}
		if found {
			return nil, "", errors.New("it has " + modulesToImport + " twice")
		}
		found = true
		modules = splitList(param.SelectAttrValue("Value", ""))
		root.RemoveChild(param)
	}
	if len(root.ChildElements()) == 0 {
		return modules, "", nil
	}
	for _, token := range slices.Clone(root.Child) {
		if c, ok := token.(*etree.CharData); ok && c.IsWhitespace() {
			root.RemoveChild(c)
		}
	}
	rest, err = writeElement(root)
	return modules, rest, err
}

// joinSessionData puts modules into what is left. It is empty where there is
// nothing to say, and not ok where splitSessionData would not find the same.
func joinSessionData(modules []string, rest string) (text string, ok bool) {
	if len(modules) == 0 && rest == "" {
		return "", true
	}
	root := etree.NewElement(elementSessionData)
	if rest != "" {
		doc, err := readDocument([]byte(rest))
		if err != nil {
			return "", false
		}
		root = doc.Root()
	}
	if len(modules) > 0 {
		param := etree.NewElement(elementParam)
		param.CreateAttr("Name", modulesToImport)
		param.CreateAttr("Value", strings.Join(modules, ","))
		root.InsertChildAt(0, param)
	}
	text, err := writeElement(root)
	if err != nil {
		return "", false
	}
	gotModules, gotRest, err := splitSessionData(text)
	return text, err == nil && gotRest == rest && strings.Join(gotModules, ",") == strings.Join(modules, ",")
}

// writeElement is an element as text.
func writeElement(e *etree.Element) (string, error) {
	var b strings.Builder
	doc := etree.NewDocumentWithRoot(e.Copy())
	doc.WriteSettings = etree.WriteSettings{CanonicalAttrVal: true, CanonicalText: true}
	_, err := doc.WriteTo(&b)
	return b.String(), err
}
