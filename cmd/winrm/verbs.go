package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/beevik/etree"
	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// verb is what the verbs on resources have in common.
type verb struct {
	connection *connection
	output     string
	fragment   string
	file       string
	options    []string
}

func (v *verb) flags(cmd *cobra.Command, flags ...string) {
	for _, name := range flags {
		switch name {
		case "output":
			cmd.Flags().StringVarP(&v.output, "output", "o", "text", "text, xml or json")
		case "fragment":
			cmd.Flags().StringVar(&v.fragment, "fragment", "", "a part of the instance, as an XPath")
		case "file":
			cmd.Flags().StringVar(&v.file, "file", "", "file with the element to send; - for standard input")
		}
	}
	cmd.Flags().StringArrayVar(&v.options, "option", nil, "an option NAME=VALUE for the resource; can be repeated")
}

// resource reads the resource that a command line names.
func (v *verb) resource(text string) (wsmanclient.Resource, error) {
	r, err := parseResource(text)
	if err != nil {
		return r, err
	}
	r.Fragment = v.fragment
	for _, o := range v.options {
		name, value, ok := strings.Cut(o, "=")
		if !ok {
			return r, usage("--option %q is no NAME=VALUE", o)
		}
		r.Options = append(r.Options, wsman.Option{Name: name, Value: value})
	}
	return r, nil
}

// run makes a client and lets f use it.
func (v *verb) run(cmd *cobra.Command, resource string, f func(*wsmanclient.Client, wsmanclient.Resource) error) error {
	r, err := v.resource(resource)
	if err != nil {
		return err
	}
	client, err := v.connection.client(cmd)
	if err != nil {
		return err
	}
	defer client.Close()
	return f(client, r)
}

// maxFile bounds what is read as an element to send.
const maxFile = 16 << 20

// body is the element in the file that --file names; nil without one.
func (v *verb) body(cmd *cobra.Command) ([]byte, error) {
	var r io.Reader
	switch v.file {
	case "":
		return nil, nil
	case "-":
		r = cmd.InOrStdin()
	default:
		f, err := os.Open(v.file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s has more than %d bytes", v.file, maxFile)
	}
	return text, err
}

func identifyCommand(c *connection) *cobra.Command {
	v := &verb{connection: c}
	var anonymous bool
	cmd := &cobra.Command{
		Use: "identify", Aliases: []string{"id"}, Short: "Ask a server what it is", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if anonymous {
				c.settings.Auth = "none"
				cmd.Flags().Lookup("auth").Changed = true
			}
			client, err := c.client(cmd)
			if err != nil {
				return err
			}
			defer client.Close()
			identify := client.Identify
			if anonymous {
				identify = client.IdentifyAnonymously
			}
			id, err := identify(cmd.Context())
			if err != nil {
				return err
			}
			e := etree.NewElement("wsmid:IdentifyResponse")
			e.CreateAttr("xmlns:wsmid", wsman.NamespaceWSManIdentity)
			for _, child := range [][2]string{
				{"ProtocolVersion", id.ProtocolVersion}, {"ProductVendor", id.ProductVendor}, {"ProductVersion", id.ProductVersion},
			} {
				e.CreateElement("wsmid:" + child[0]).SetText(child[1])
			}
			for _, profile := range id.SecurityProfiles {
				e.CreateElement("wsmid:SecurityProfileName").SetText(profile)
			}
			return newPrinter(cmd.OutOrStdout(), v.output).element(e)
		},
	}
	cmd.Flags().BoolVar(&anonymous, "anonymous", false, "do not log on")
	cmd.Flags().StringVarP(&v.output, "output", "o", "text", "text, xml or json")
	return cmd
}

func getCommand(c *connection) *cobra.Command {
	v := &verb{connection: c}
	cmd := &cobra.Command{
		Use: "get RESOURCE[?SELECTOR=VALUE+...]", Short: "Get an instance of a resource", Args: exactly(1),
		Example: "  winrm get winrm/config --url server\n  winrm get 'winrm/config/plugin?Name=Microsoft.PowerShell' --output xml",
		RunE: func(cmd *cobra.Command, args []string) error {
			return v.run(cmd, args[0], func(client *wsmanclient.Client, r wsmanclient.Resource) error {
				text, err := client.Get(cmd.Context(), r)
				return v.print(cmd, text, err)
			})
		},
	}
	v.flags(cmd, "output", "fragment")
	return cmd
}

func setCommand(c *connection) *cobra.Command {
	v := &verb{connection: c}
	cmd := &cobra.Command{
		Use:     "set RESOURCE[?SELECTOR=VALUE+...] {@{NAME=\"VALUE\";...} | NAME=VALUE... | --file FILE}",
		Short:   "Change an instance of a resource: get it, change values, put it",
		Args:    atLeast(1),
		Example: "  winrm set winrm/config/service '@{AllowUnencrypted=\"false\"}'\n  winrm set winrm/config/winrs MaxShellsPerUser=10",
		RunE: func(cmd *cobra.Command, args []string) error {
			values, err := parseValues(args[1:])
			if err != nil {
				return err
			}
			return v.run(cmd, args[0], func(client *wsmanclient.Client, r wsmanclient.Resource) error {
				body, err := v.body(cmd)
				if err == nil && body == nil {
					if len(values) == 0 {
						return usage("say what to set: NAME=VALUE")
					}
					if body, err = client.Get(cmd.Context(), r); err == nil {
						body, err = merge(body, values)
					}
				}
				if err != nil {
					return err
				}
				text, err := client.Put(cmd.Context(), r, body)
				return v.print(cmd, text, err)
			})
		},
	}
	v.flags(cmd, "output", "fragment", "file")
	return cmd
}

func createCommand(c *connection) *cobra.Command {
	v := &verb{connection: c}
	cmd := &cobra.Command{
		Use:     "create RESOURCE[?SELECTOR=VALUE+...] {@{NAME=\"VALUE\";...} | NAME=VALUE... | --file FILE}",
		Short:   "Make an instance of a resource",
		Args:    atLeast(1),
		Example: "  winrm create 'winrm/config/listener?Address=*+Transport=HTTPS' Hostname=server\n  winrm create 'winrm/config/plugin?Name=Test' --file test.xml",
		RunE: func(cmd *cobra.Command, args []string) error {
			values, err := parseValues(args[1:])
			if err != nil {
				return err
			}
			return v.run(cmd, args[0], func(client *wsmanclient.Client, r wsmanclient.Resource) error {
				body, err := v.body(cmd)
				if err == nil && body == nil {
					body, err = instance(r.URI, values)
				}
				if err != nil {
					return err
				}
				made, err := client.Create(cmd.Context(), r, body)
				if err != nil {
					return err
				}
				return newPrinter(cmd.OutOrStdout(), v.output).element(referenceElement(made))
			})
		},
	}
	v.flags(cmd, "output", "file")
	return cmd
}

func deleteCommand(c *connection) *cobra.Command {
	v := &verb{connection: c}
	cmd := &cobra.Command{
		Use: "delete RESOURCE?SELECTOR=VALUE+...", Short: "Remove an instance of a resource", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return v.run(cmd, args[0], func(client *wsmanclient.Client, r wsmanclient.Resource) error {
				return client.Delete(cmd.Context(), r)
			})
		},
	}
	v.flags(cmd)
	return cmd
}

func enumerateCommand(c *connection) *cobra.Command {
	v := &verb{connection: c}
	var o wsmanclient.EnumerateOptions
	var returns, filter, dialect string
	cmd := &cobra.Command{
		Use: "enumerate RESOURCE", Aliases: []string{"enum", "e"}, Short: "List the instances of a resource", Args: exactly(1),
		Example: "  winrm enumerate winrm/config/listener\n  winrm enumerate shell --output json",
		RunE: func(cmd *cobra.Command, args []string) error {
			switch returns {
			case "object":
			case "epr":
				o.References = true
			case "objectandepr":
				o.References, o.Objects = true, true
			default:
				return usage("--return-type %q is none of object, epr, objectandepr", returns)
			}
			if filter != "" {
				o.Filter = &wsmanclient.Filter{Dialect: dialect, Text: filter}
			}
			return v.run(cmd, args[0], func(client *wsmanclient.Client, r wsmanclient.Resource) error {
				p := newPrinter(cmd.OutOrStdout(), v.output)
				for item, err := range client.Enumerate(cmd.Context(), r, o) {
					if err != nil {
						return err
					}
					if err := p.item(item); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	v.flags(cmd, "output")
	cmd.Flags().StringVar(&returns, "return-type", "object", "object, epr or objectandepr")
	cmd.Flags().StringVar(&filter, "filter", "", "only instances that a filter chooses")
	cmd.Flags().StringVar(&dialect, "dialect", "http://schemas.microsoft.com/wbem/wsman/1/WQL", "the filter's dialect")
	cmd.Flags().IntVar(&o.MaxElements, "max-elements", 0, "how many instances one answer may have (default 32000)")
	return cmd
}

func invokeCommand(c *connection) *cobra.Command {
	v := &verb{connection: c}
	cmd := &cobra.Command{
		Use:   "invoke ACTION RESOURCE[?SELECTOR=VALUE+...] [@{NAME=\"VALUE\";...} | NAME=VALUE... | --file FILE]",
		Short: "Ask a resource for an action of its own",
		Args:  atLeast(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			values, err := parseValues(args[2:])
			if err != nil {
				return err
			}
			return v.run(cmd, args[1], func(client *wsmanclient.Client, r wsmanclient.Resource) error {
				body, err := v.body(cmd)
				if err == nil && body == nil {
					body, err = input(r.URI, args[0], values)
				}
				if err != nil {
					return err
				}
				text, err := client.Invoke(cmd.Context(), r, args[0], body)
				return v.print(cmd, text, err)
			})
		},
	}
	v.flags(cmd, "output", "file")
	return cmd
}

// print prints an element that a server answered with.
func (v *verb) print(cmd *cobra.Command, text []byte, err error) error {
	if err != nil || len(text) == 0 {
		return err
	}
	e, err := parse(text)
	if err != nil {
		return err
	}
	return newPrinter(cmd.OutOrStdout(), v.output).element(e)
}

// exactly is cobra.ExactArgs as an error of usage.
func exactly(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("%d argument(s) are needed, not %d", n, len(args))
		}
		return nil
	}
}

// atLeast is cobra.MinimumNArgs as an error of usage.
func atLeast(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < n {
			return usage("%d argument(s) are needed at least, not %d", n, len(args))
		}
		return nil
	}
}

// group makes a command one that has others below it and does nothing itself: what it is
// given is a command that there is not.
func group(cmd *cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usage("unknown command %q for %q", args[0], cmd.CommandPath())
		}
		return cmd.Help()
	}
	return cmd
}

// parse makes a tree of a document.
func parse(text []byte) (*etree.Element, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil {
		return nil, err
	}
	if doc.Root() == nil {
		return nil, errors.New("there is no element")
	}
	return doc.Root(), nil
}
