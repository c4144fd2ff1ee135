package conformance

import (
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// Bounds on what a check makes to come to the end of a quota. Where a quota is
// larger the check is left out.
const (
	mostShells       = 40
	mostEnumerations = 100
)

var quotaChecks = []Check{
	{Name: "quota/shells", Section: "MS-WSMV 3.1.4.5.2.1", run: func(t *T) {
		server := t.second()
		limit := t.allowed("Winrs/MaxShellsPerUser", mostShells)
		t.exceeded(limit, func() *answer { return t.by(server, createCmd("", "")) }, func(a *answer) {
			t.by(server, request{action: wsman.ActionDelete, resource: wsman.ResourceCmd, shell: createdID(a)})
		}, wantMostShells, wantMostShellsHere)
	}},
	{Name: "quota/users", Section: "MS-WSMV 3.1.4.5.2.1", run: func(t *T) {
		users := t.users()
		limit := t.allowed("Winrs/MaxConcurrentUsers", len(users)-1)
		t.many(users, limit, func() request { return createCmd("", "") }, wantMostUsers, wantMostUsersHere)
	}},
	{Name: "quota/operations", Section: "MS-WSMV 3.1.4.1.19", Inferred: true, run: func(t *T) {
		server := t.second()
		limit := t.allowed("Service/MaxConcurrentOperationsPerUser", mostEnumerations)
		t.exceeded(limit, func() *answer {
			return t.by(server, request{action: wsman.ActionEnumerate, resource: wsman.ResourceShell, body: `<n:Enumerate></n:Enumerate>`})
		}, func(a *answer) {
			t.by(server, release(a.body.Child(wsman.NamespaceEnumeration, "EnumerateResponse").Child(wsman.NamespaceEnumeration, "EnumerationContext").Value()))
		}, wantMostOperations)
	}},
	{Name: "quota/commands", Section: "MS-WSMV 2.2.4.23", Inferred: true, run: func(t *T) {
		uri, limit := t.configuration("MaxConcurrentCommandsPerShell", mostShells)
		p, create := t.newPoolOf(uri, "")
		p.remote = t.create(create)
		p.open()
		t.exceeded(limit, func() *answer {
			return t.ask(p.request(wsman.ActionCommand, p.pipelineBody(newID(), "$input", false)))
		}, func(*answer) {}, wantMostCommands)
	}},
	{Name: "quota/configuration-shells", Section: "MS-WSMV 2.2.4.23", Inferred: true, run: func(t *T) {
		uri, limit := t.configuration("MaxShells", mostShells)
		t.pools(uri, limit, wantMostShellsOfAll)
	}},
	{Name: "quota/configuration-shells-per-user", Section: "MS-WSMV 2.2.4.23", Inferred: true, run: func(t *T) {
		uri, limit := t.configuration("MaxShellsPerUser", mostShells)
		t.pools(uri, limit, wantMostShellsHere)
	}},
	{Name: "quota/configuration-users", Section: "MS-WSMV 2.2.4.23", Inferred: true, run: func(t *T) {
		users := t.users()
		uri, limit := t.configuration("MaxConcurrentUsers", len(users)-1)
		t.many(users, limit, func() request {
			_, r := t.newPoolOf(uri, "")
			return r
		}, wantMostUsersHere)
	}},
	{Name: "create/switched-off", Section: "MS-WSMV 2.2.4.42", run: func(t *T) {
		if text := t.setting("Winrs/AllowRemoteShellAccess"); !strings.EqualFold(text, "false") {
			t.skip("AllowRemoteShellAccess is %q", text)
		}
		t.isRefused(createCmd("", ""), wantNoShells)
	}},
}

// second is the user who has no other shells, where there is one.
func (t *T) second() Server {
	if t.config.Other != nil {
		return t.config.Other
	}
	return t.config.Server
}

// users are all that there are; two at least, or the check is left out.
func (t *T) users() []Server {
	users := []Server{t.config.Server}
	for _, server := range []Server{t.config.Other, t.config.Administrator} {
		if server != nil {
			users = append(users, server)
		}
	}
	if len(users) < 2 {
		t.skip("there is one user only (--other-username, --admin-username)")
	}
	return users
}

// administrator is who may read and change the configuration, if anybody may.
func (t *T) administrator() Server {
	if t.config.Administrator != nil {
		return t.config.Administrator
	}
	return t.config.Server
}

// setting is a value of the service's configuration.
func (t *T) setting(path string) string {
	a := t.by(t.administrator(), request{action: wsman.ActionGet, resource: wsman.ResourceConfig})
	if denied(a) {
		t.skip("the user may not read the configuration (--admin-username)")
	}
	e := a.body.Child(wsman.NamespaceConfig, "Config")
	for name := range strings.SplitSeq(path, "/") {
		e = e.Child(wsman.NamespaceConfig, name)
	}
	return strings.TrimSpace(e.Value())
}

// allowed is a quota of the service, if it is one that can be come to.
func (t *T) allowed(path string, most int) int {
	text := t.setting(path)
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > most {
		t.skip("%s is %q: no more than %d are tried", path, text, most)
	}
	return limit
}

// configuration is a session configuration of PowerShell in which a quota can be
// come to, before any other quota of it that this could come to.
func (t *T) configuration(quota string, most int) (uri string, limit int) {
	a := t.by(t.administrator(), enumerate(wsman.ResourceConfigPlugin, ""))
	if denied(a) {
		t.skip("the user may not read the session configurations (--admin-username)")
	}
	all, _ := items(a)
	for _, plugin := range all {
		n, least := quotas(plugin, quota)
		name, ok := wsman.PowerShellConfiguration(resourceOf(plugin))
		if ok && name != "" && n > 0 && n <= most && n < least && (limit == 0 || n < limit) {
			uri, limit = resourceOf(plugin), n
		}
	}
	if limit == 0 {
		t.skip("there is no session configuration of PowerShell with a %s of %d or less", quota, most)
	}
	return uri, limit
}

// quotas is a quota of a PlugInConfiguration, 0 if it has none, and the least of the
// others that count the same.
func quotas(plugin *capture.Node, quota string) (limit, least int) {
	least = 1 << 30
	for _, name := range []string{"MaxShells", "MaxShellsPerUser", "MaxConcurrentUsers", "MaxConcurrentCommandsPerShell"} {
		text, _ := attribute(plugin.Child(wsman.NamespacePluginConfig, "Quotas"), name)
		n, err := strconv.Atoi(text)
		switch {
		case err != nil:
		case name == quota:
			limit = n
		case strings.HasPrefix(name, "MaxShells") && strings.HasPrefix(quota, "MaxShells"):
			least = min(least, n)
		}
	}
	return limit, least
}

// resourceOf is the resource URI of a PlugInConfiguration.
func resourceOf(plugin *capture.Node) string {
	uri, _ := attribute(plugin.Child(wsman.NamespacePluginConfig, "Resources").Child(wsman.NamespacePluginConfig, "Resource"), "ResourceUri")
	return uri
}

// exceeded does one thing as often as a quota allows, and once more, which must be
// refused. What was done is undone.
func (t *T) exceeded(limit int, one func() *answer, undo func(*answer), wants ...want) {
	var done []*answer
	defer func() {
		for _, a := range done {
			undo(a)
		}
	}()
	for range limit + 1 {
		a := one()
		if a.fault != nil {
			t.isOneOf(a, wants)
			return
		}
		done = append(done, a)
	}
	t.problem("%d are allowed; the quota says %d", len(done), limit)
}

// many makes a shell for each of so many users, and one more's is refused.
func (t *T) many(users []Server, limit int, shell func() request, wants ...want) {
	made := map[*answer]Server{}
	next := 0
	t.exceeded(limit, func() *answer {
		a := t.by(users[next], shell())
		made[a] = users[next]
		next++
		return a
	}, func(a *answer) {
		t.by(made[a], request{action: wsman.ActionDelete, resource: a.request.resource, shell: createdID(a)})
	}, wants...)
}

// pools makes as many shells of a session configuration as a quota allows, and one
// more.
func (t *T) pools(uri string, limit int, wants ...want) {
	server := t.second()
	t.exceeded(limit, func() *answer {
		_, r := t.newPoolOf(uri, "")
		return t.by(server, r)
	}, func(a *answer) {
		t.by(server, request{action: wsman.ActionDelete, resource: uri, shell: createdID(a)})
	}, wants...)
}

// isOneOf is isFault for the fault that has the answer's number, or for the first.
func (t *T) isOneOf(a *answer, wants []want) {
	for _, w := range wants {
		if a.fault.WSMan.Code == w.number {
			t.isFault(a, w)
			return
		}
	}
	t.isFault(a, wants[0])
}
