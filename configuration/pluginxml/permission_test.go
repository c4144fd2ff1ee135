package pluginxml

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
)

var (
	onlyAdministrators = []string{"Administrators"}
	remoteDefault      = []string{"Administrators", "Remote Management Users"}
	everybody          = []string{}
)

// TestWhomASddlLetsIn. Descriptors that PowerShell writes are from
// CustomShellCommands.cs.
func TestWhomASddlLetsIn(t *testing.T) {
	for sddl, want := range map[string]struct {
		permission []string
		closed     bool
		says       string // in a note; "" for no note
	}{
		// what PowerShell writes: Remote and Local
		"O:NSG:BAD:P(A;;GA;;;BA)(A;;GA;;;RM)(A;;GA;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)":             {remoteDefault, false, "grant to IU"},
		"O:NSG:BAD:P(D;;GA;;;NU)(A;;GA;;;BA)(A;;GA;;;RM)(A;;GA;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)": {onlyAdministrators, true, "denies access to NU"},
		// with RequiredGroups
		`O:NSG:BAD:P(XA;;GA;;;RM;(Member_of {SID(2FA) && SID("a)(b")}))(A;;GA;;;BA)S:P(AU;FA;GA;;;WD)`: {onlyAdministrators, false, "grant to RM has a condition"},
		"":                            {onlyAdministrators, false, "RootSDDL"},
		" ":                           {onlyAdministrators, false, "RootSDDL"},
		"O:NSG:BA":                    {onlyAdministrators, false, "no access control"},
		"D:NO_ACCESS_CONTROL":         {onlyAdministrators, false, "no access control"},
		"D:":                          {onlyAdministrators, false, "nobody"},
		"D:PAI":                       {onlyAdministrators, false, "nobody"},
		"D:(A;;GA;;;BA)":              {onlyAdministrators, false, ""},
		"D:(A;;GX;;;WD)":              {everybody, false, ""},
		"D:(A;;GRGX;;;AU)":            {everybody, false, ""},
		"d:(a;;gx;;;au)":              {everybody, false, ""},
		"D:(A;;0x20000000;;;S-1-1-0)": {everybody, false, ""},
		"D:(A;;268435456;;;S-1-5-11)": {everybody, false, ""},
		"D:(A;;GA;;;BA)(A;;GA;;;AU)":  {everybody, false, ""},
		"D:(A;;GA;;;S-1-5-32-544)(A;;GA;;;S-1-5-32-580)(A;;GA;;;BA)": {remoteDefault, false, ""},
		"D:(A;;GA;;;RM)":                  {[]string{"Remote Management Users"}, false, ""},
		"D:(A;;GRGW;;;AU)(A;;GA;;;BA)":    {onlyAdministrators, false, ""}, // to read and to write is not to open
		"D:(A;;0x80000000;;;AU)":          {onlyAdministrators, false, "nobody"},
		"D:(A;IO;GA;;;AU)(A;;GA;;;BA)":    {onlyAdministrators, false, ""}, // for what is below
		"D:(A;CIIO;GA;;;AU)(A;;GA;;;BA)":  {onlyAdministrators, false, ""},
		"D:(A;;GA;;;S-1-5-21-1-2-3-1001)": {onlyAdministrators, false, "grant to S-1-5-21-1-2-3-1001"},
		"D:(A;;GA;;;BU)":                  {onlyAdministrators, false, "grant to BU"},
		"D:(OA;;GA;;;AU)":                 {onlyAdministrators, false, "condition"},
		// denials
		"D:(D;;GA;;;WD)(A;;GA;;;BA)":                       {onlyAdministrators, true, "denies access to WD"},
		"D:(D;;GX;;;AU)(A;;GA;;;AU)":                       {onlyAdministrators, true, "denies access to AU"},
		"D:(A;;GA;;;AU)(D;;GA;;;S-1-5-2)":                  {onlyAdministrators, true, "denies access to NU"},
		"D:(D;;GA;;;BA)(A;;GA;;;AU)":                       {onlyAdministrators, true, "denies access to BA"},
		"D:(D;;GA;;;S-1-5-21-1-2-3-1001)(A;;GA;;;AU)":      {onlyAdministrators, false, "denial to S-1-5-21-1-2-3-1001"},
		"D:(XD;;GA;;;RM;(a))(A;;GA;;;AU)":                  {onlyAdministrators, false, "denial to RM"},
		"D:(D;;GA;;;AN)(D;;GA;;;S-1-5-32-546)(A;;GA;;;AU)": {everybody, false, ""},
		"D:(D;;GR;;;NU)(A;;GA;;;AU)":                       {everybody, false, ""},
	} {
		a, err := readSddl(sddl)
		require.NoError(t, err, sddl)
		assert.Equal(t, want.permission, a.permission, sddl)
		assert.Equal(t, want.closed, a.closed, sddl)
		if want.says == "" {
			assert.Empty(t, a.notes, sddl)
		} else {
			assert.Contains(t, strings.Join(a.notes, "\n"), want.says, sddl)
		}
	}
}

func TestWrongSddl(t *testing.T) {
	for _, sddl := range []string{
		"x", "O:", "O:NS:", "O:NSG:BAX:", "D:(", "D:(A;;GA;;;BA", "D:(A;;GA;;BA)", "D:()", "D:(A;;G;;;BA)", "D:(A;;G1;;;BA)", "D:(A;;0xZ;;;BA)",
		"D:(A;;0x1FFFFFFFF;;;BA)", "D:(A;;GA;;;)", "D:(A;;GA;;;Administrators)", "D:(A;;GA;;;S-1)", "D:(A;;GA;;;S-1-5-x)", "D:(A;;GA;;;BA)D:(A;;GA;;;AU)",
		"D:(A;;GA;;;BA)x", "D:Q(A;;GA;;;BA)", `D:(XA;;GA;;;BA;("))`, "S:(AU;FA;GA;;;X)",
	} {
		_, err := readSddl(sddl)
		require.ErrorIs(t, err, ErrSddl, sddl)
	}
}

// TestPermissionOnWindows: nobody is let in there who is not let in here.
func TestPermissionOnWindows(t *testing.T) {
	for _, test := range []struct {
		permission []string
		entries    string
		named      bool // names are in the parameter
	}{
		{nil, "(A;;GA;;;BA)(A;;GA;;;AU)", false},
		{onlyAdministrators, "(A;;GA;;;BA)", false},
		{remoteDefault, "(A;;GA;;;BA)(A;;GA;;;RM)", false},
		{[]string{"Remote Management Users"}, "(A;;GA;;;RM)", false},
		{[]string{"ops"}, "(A;;GA;;;BA)", true},
		{[]string{"ops", "Remote Management Users"}, "(A;;GA;;;RM)", true},
		{[]string{"administrators"}, "(A;;GA;;;BA)", true},
	} {
		assert.Equal(t, sddlHead+test.entries+sddlTail, writeSddl(test.permission))
		assert.Equal(t, test.named, !isSaidBySddl(test.permission), "%v", test.permission)
	}
}

// TestSddlOfTheNetworkDenied: what the access mode Local or Disabled of Windows
// comes to is not enabled here, until somebody enables it here.
func TestSddlOfTheNetworkDenied(t *testing.T) {
	const local = "O:NSG:BAD:P(D;;GA;;;NU)(A;;GA;;;BA)S:P(AU;FA;GA;;;WD)"
	s, notes := imported(t, strings.Replace(sample(t, "mswsmv.xml"), `Sddl=""`, `Sddl="`+local+`"`, 1))
	assert.False(t, s.Enabled)
	assert.Equal(t, onlyAdministrators, s.Permission)
	assert.Equal(t, local, s.Windows[keptSddl])
	assert.Contains(t, notes, "Sddl")
	xml, err := Export(s)
	require.NoError(t, err)
	assert.Contains(t, string(xml), `Sddl="`+local+`"`)

	s.Enabled = true
	xml, err = Export(s)
	require.NoError(t, err)
	assert.Contains(t, string(xml), `Sddl="`+writeSddl(onlyAdministrators)+`"`)
	again, _ := imported(t, string(xml))
	assert.Equal(t, s, again)
}

// TestKeptSddlAndPermission: a descriptor from Windows counts on export until
// somebody changes Permission here.
func TestKeptSddlAndPermission(t *testing.T) {
	const kept = "O:NSG:BAD:P(A;;GA;;;BA)(A;;GA;;;RM)(A;;GA;;;S-1-5-21-1-2-3-1001)S:P(AU;FA;GA;;;WD)"
	s, _ := imported(t, strings.Replace(sample(t, "mswsmv.xml"), `Sddl=""`, `Sddl="`+kept+`"`, 1))
	require.Equal(t, remoteDefault, s.Permission)
	for _, test := range []struct {
		permission []string
		sddl       string
	}{
		{remoteDefault, kept},
		{[]string{"ops"}, writeSddl([]string{"ops"})},
		{everybody, writeSddl(everybody)},
		{onlyAdministrators, writeSddl(onlyAdministrators)},
	} {
		s.Permission = test.permission
		xml, err := Export(s)
		require.NoError(t, err)
		assert.Contains(t, string(xml), `Sddl="`+test.sddl+`"`)
		again, _ := imported(t, string(xml))
		assert.Equal(t, s, again)
	}
}

// TestEditedDescriptor: who edits the Sddl of an instance, as
// Set-PSSessionConfiguration -SecurityDescriptorSddl does, changes Permission,
// unless that has names that only the parameter can have.
func TestEditedDescriptor(t *testing.T) {
	s := configuration.NewSession("Test")
	s.Permission = onlyAdministrators
	xml, err := Export(s)
	require.NoError(t, err)
	got, _ := imported(t, strings.Replace(string(xml), writeSddl(onlyAdministrators), "D:(A;;GA;;;BA)(A;;GA;;;RM)", 1))
	assert.Equal(t, remoteDefault, got.Permission)

	s.Permission = []string{"ops"}
	xml, err = Export(s)
	require.NoError(t, err)
	_, _, err = Import([]byte(strings.Replace(string(xml), writeSddl(s.Permission), "D:(A;;GA;;;AU)", 1)))
	require.ErrorContains(t, err, "winrmd.Permission")
	got, _ = imported(t, strings.Replace(string(xml), `Value="ops"`, `Value="ops, bob"`, 1))
	assert.Equal(t, []string{"ops", "bob"}, got.Permission)
	got, _ = imported(t, strings.Replace(string(xml), `Value="ops"`, `Value=""`, 1))
	assert.Equal(t, onlyAdministrators, got.Permission, "without names the Sddl counts")
}
