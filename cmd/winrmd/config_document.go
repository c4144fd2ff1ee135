package main

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration"
)

// pageText is docs/configuration.md without its tables.
//
//go:embed config_document.md.tmpl
var pageText string

// configDocumentCommand prints the page of all settings. It is hidden: the page
// is in docs, where a test compares it with what is printed here.
func configDocumentCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "document",
		Short:  "Print the description of all settings as Markdown",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(cmd *cobra.Command, _ []string) error { return writePage(cmd.OutOrStdout()) },
	}
}

// writePage writes the page with the tables that are made of the settings.
func writePage(w io.Writer) error {
	page, err := template.New("configuration").Parse(pageText)
	if err != nil {
		return err
	}
	flags := map[string]string{"Environment": "--environment"}
	for _, p := range parameters() {
		flags[p.setting] = "--" + p.flag
	}
	return page.Execute(w, map[string]string{
		"Session":    configuration.Document(configuration.SessionSettings(), flags),
		"Service":    configuration.Document(configuration.ServiceSettings(), nil),
		"Parameters": parameterTable(),
	})
}

// parameterTable says which flag is which parameter of PowerShell's cmdlets.
func parameterTable() string {
	var b strings.Builder
	b.WriteString("| PowerShell | winrmd |\n|---|---|\n")
	for _, p := range parameters() {
		if p.cmdlet != "" {
			fmt.Fprintf(&b, "| `%s` | `--%s` |\n", p.cmdlet, p.flag)
		}
	}
	return b.String()
}
