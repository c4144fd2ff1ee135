package account

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ann", "_apt", "Ann.B", `CORP\john doe`, "ann@corp.example", "machine$", "Ünal", "0day"} {
		assert.NoError(t, CheckName(name), name)
	}
	for _, name := range []string{
		"", "-a", "--help", "0", "1000", " ann", "ann ", "a:b", "../a", "a\nb", "a\x00", "\xff", strings.Repeat("a", maxName+1),
	} {
		assert.Error(t, CheckName(name), "%q", name)
	}
}

func TestParseEntry(t *testing.T) {
	t.Parallel()
	a, err := parseEntry("ann:x:1001:1002:Ann,,,:/home/ann:/bin/bash\n")
	require.NoError(t, err)
	assert.Equal(t, &Account{Name: "ann", UID: 1001, GID: 1002, Home: "/home/ann", Shell: "/bin/bash"}, a)
	for _, line := range []string{
		"", "\n", "ann", "ann:x:1:1:::\nbob:x:2:2:::\n", ":x:1:1:::", "ann:x::1:::", "ann:x:-1:1:::", "ann:x:1:4294967295:::",
		"ann:x:4294967295:1:::", "ann:x:1:1::::", "ann:x:99999999999:1:::",
	} {
		_, err := parseEntry(line)
		assert.Error(t, err, "%q", line)
	}
}

func FuzzParseEntry(f *testing.F) {
	f.Add("ann:x:1001:1002:Ann,,,:/home/ann:/bin/bash\n")
	f.Add("a:x:4294967295:0:::\n\n")
	f.Fuzz(func(t *testing.T, line string) {
		a, err := parseEntry(line)
		if err == nil {
			assert.NotEmpty(t, a.Name)
			assert.NotContains(t, a.Name+a.Home+a.Shell, ":")
			assert.True(t, 0 <= a.UID && a.UID < 1<<32-1 && 0 <= a.GID && a.GID < 1<<32-1)
		}
	})
}

func TestParseGroups(t *testing.T) {
	t.Parallel()
	groups, err := parseGroups("1002 27 100\n")
	require.NoError(t, err)
	assert.Equal(t, []int{1002, 27, 100}, groups)
	_, err = parseGroups("1002 wheel\n")
	assert.Error(t, err)
}

// machine is a name service with these accounts.
func machine(accounts ...*Account) func(context.Context, string) (*Account, error) {
	return func(_ context.Context, name string) (*Account, error) {
		for _, a := range accounts {
			if a.Name == name {
				return a, nil
			}
		}
		if strings.HasPrefix(name, "slow") {
			return nil, errors.New("the directory service does not answer")
		}
		return nil, &NotFoundError{Name: name}
	}
}

var (
	root    = &Account{Name: "root"}
	toor    = &Account{Name: "toor"}
	service = &Account{Name: "winrmd", UID: 990, GID: 990}
	ann     = &Account{Name: "ann", UID: 1001, GID: 1001}
	bob     = &Account{Name: "bob", UID: 1002, GID: 1002}
	games   = &Account{Name: "games", UID: 5, GID: 60}
	mail    = &Account{Name: "mail", UID: 8, GID: 8}
	aliased = &Account{Name: "winrmd2", UID: 990, GID: 100}
)

func TestResolve(t *testing.T) {
	t.Parallel()
	find := machine(root, toor, service, ann, bob, aliased, games, mail)
	for name, test := range map[string]struct {
		own             *Account
		others, require bool
		wish            Wish
		want            *Account // nil: refused
		because         string
	}{
		"the user's":                             {own: service, others: true, wish: Wish{Account: "ann"}, want: ann},
		"none: winrmd's":                         {own: service, others: true, want: service},
		"none, and one is required":              {own: service, others: true, require: true, wish: Wish{User: "eve"}, because: "eve has no local account"},
		"required and there":                     {own: service, others: true, require: true, wish: Wish{Account: "ann"}, want: ann},
		"winrmd's by name meets the requirement": {own: service, require: true, wish: Wish{Account: "winrmd"}, want: service},
		"not there":                              {own: service, others: true, wish: Wish{Account: "eve"}, because: "no account eve"},
		"not known whether it is there":          {own: service, others: true, wish: Wish{Account: "slow"}, because: "does not answer"},
		"another, without the right":             {own: service, wish: Wish{Account: "ann"}, because: "as itself only"},
		"another for one number":                 {own: service, wish: Wish{Account: "winrmd2"}, because: "as itself only"},
		"another, of a nameless winrmd":          {own: &Account{UID: 1001}, wish: Wish{Account: "ann"}, because: "number 1001"},
		"winrmd's own, without the right":        {own: ann, wish: Wish{Account: "ann"}, want: ann},
		"the superuser":                          {own: service, others: true, wish: Wish{Account: "root"}, because: "superuser"},
		"the superuser by another name":          {own: service, others: true, wish: Wish{Account: "toor"}, because: "superuser"},
		"the superuser, which winrmd is":         {own: root, wish: Wish{Account: "root"}, want: root},
		"one of the system":                      {own: service, others: true, wish: Wish{Account: "games"}, because: "from 1000 on"},
		"one of the system that is named":        {own: service, others: true, wish: Wish{Account: "mail"}, want: mail},
		"the superuser, named":                   {own: service, others: true, wish: Wish{Account: "toor"}, because: "superuser"},
		"the configuration's":                    {own: service, others: true, wish: Wish{Account: "ann", RunAs: "bob"}, want: bob},
		"the configuration's, for who has none":  {own: service, others: true, require: true, wish: Wish{RunAs: "bob"}, want: bob},
		"the configuration's is the superuser":   {own: service, others: true, wish: Wish{Account: "ann", RunAs: "root"}, because: "superuser"},
		"the configuration's is not there":       {own: service, others: true, wish: Wish{Account: "ann", RunAs: "eve"}, because: "no account eve"},
		"the configuration's is winrmd's":        {own: service, wish: Wish{Account: "ann", RunAs: "winrmd"}, want: service},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := Rules{Find: find, Own: test.own, Others: test.others, Require: test.require, Admission: Admission{MinID: 1000, Names: []string{"mail", "toor"}}}
			got, err := rules.Resolve(t.Context(), test.wish)
			if test.want == nil {
				assert.Nil(t, got)
				assert.ErrorContains(t, err, test.because)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestWithoutMachine(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		`HOST\ann`: "ann", `host\Ann`: "Ann", "ann": "ann", `CORP\ann`: `CORP\ann`, `NT AUTHORITY\SYSTEM`: `NT AUTHORITY\SYSTEM`,
	} {
		assert.Equal(t, want, withoutMachine(name, "HOST"), name)
	}
}

func TestOfUser(t *testing.T) {
	t.Parallel()
	s := NewSystem(Service{})
	s.lookUp = machine(ann, &Account{Name: `CORP\ann`, UID: 70001})
	for user, want := range map[string]string{
		"ann": "ann", "Ann": "ann", "bob": "", `CORP\ann`: `CORP\ann`, `OTHER\ann`: "", "ann@OTHER": "", "slow": "slow",
	} {
		assert.Equal(t, want, s.OfUser(t.Context(), user), user)
	}
}

func TestSystemRemembersForAMoment(t *testing.T) {
	t.Parallel()
	s, asked, broken := NewSystem(Service{}), 0, false
	s.lookUp = func(context.Context, string) (*Account, error) {
		asked++
		if broken {
			return nil, errors.New("broken")
		}
		return nil, &NotFoundError{Name: "eve"}
	}
	for range 3 {
		_, err := s.Find(t.Context(), "eve")
		assert.ErrorContains(t, err, "no account eve")
	}
	assert.Equal(t, 1, asked)
	s.answers["eve"] = answer{err: &NotFoundError{Name: "eve"}, at: time.Now().Add(-answerAge)}
	broken = true
	for range 2 {
		_, err := s.Find(t.Context(), "eve")
		assert.ErrorContains(t, err, "broken")
	}
	assert.Equal(t, 3, asked, "what could not be asked is asked again")
}
